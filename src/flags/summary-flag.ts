import type { Command } from 'commander';
import { OUTPUT_GROUP } from './global-flags.ts';

/** For commands that return their `--json` document: main() appends it to the summary. */
export function addSummaryFlag(command: Command): Command {
  return command
    .optionsGroup(OUTPUT_GROUP)
    .option('--summary', 'Append a table of the results to $GITHUB_STEP_SUMMARY');
}

/** A dry run has no results. */
export function wantsSummary(command: Command): boolean {
  const { summary, dryRun } = command.opts<{ readonly summary?: boolean; readonly dryRun?: boolean }>();
  return summary === true && dryRun !== true;
}
