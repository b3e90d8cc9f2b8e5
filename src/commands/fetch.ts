import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { ExpectedError } from '../errors.ts';
import type { FetchResult } from '../fetch/fetch-result.ts';
import { addFetchFlags, type FetchFlags, type RawFetchFlags } from '../flags/fetch-flags.ts';
import { checkOutputNames } from '../flags/output-names.ts';
import { isRecording } from '../flags/record-flags.ts';
import { addSummaryFlag } from '../flags/summary-flag.ts';
import { addWaitFlags, type RawWaitFlags, readWaitFlags, type WaitFlags } from '../flags/wait-flags.ts';
import { readOrPickIds } from '../picker/read-or-pick-ids.ts';

export interface FetchOptions {
  readonly ids: readonly string[];
  readonly wait: WaitFlags;
  readonly fetch: FetchFlags;
  readonly dryRun: boolean;
}

interface RawFlags extends RawWaitFlags, RawFetchFlags {
  readonly dryRun?: boolean;
}

export function defineFetch(
  parent: Command,
  action: (options: FetchOptions, connection: { retries: number }, command: Command) => Promise<void>,
): void {
  const command = parent
    .command('fetch')
    .summary('Download packages')
    .description(
      'Wait for packages, download and verify them, and print the path of each file. Rerun the command to resume an interrupted download.',
    )
    .argument('[id...]', 'Package IDs (- for standard input)');
  addFetchFlags(addWaitFlags(command))
    .optionsGroup('Safety:')
    .option('-n, --dry-run', 'Print the plan for each file without writing anything');
  addSummaryFlag(command).action(async (ids: string[], raw: RawFlags, self: Command) => {
    const { readFetchFlags } = await import('../flags/read-fetch-flags.ts');
    const fetch = readFetchFlags(raw);
    return await action(
      { ids, wait: readWaitFlags(raw), fetch, dryRun: raw.dryRun === true },
      { retries: fetch.retries },
      self,
    );
  });
}

/** Downloads the packages. Returns the `--json` document, or null for a dry run. */
export async function fetch(
  { ids: words, wait, fetch: flags, dryRun }: FetchOptions,
  context: Context,
): Promise<{ readonly results: readonly FetchResult[] } | null> {
  const { io } = context;
  checkOutputNames(flags, context.world.platform);
  const ids = await readOrPickIds(words, { isMultiple: true }, context);
  if (ids.length > 1 && (flags.output !== null || flags.toStdout || flags.checksum !== null)) {
    throw new ExpectedError('USAGE', '-o and --checksum accept one package only', {
      hint: 'use -D FOLDER',
    });
  }
  if (flags.toStdout && io.format === 'json') {
    throw new ExpectedError('USAGE', '-o - and --json both use standard output');
  }
  if (flags.toStdout && io.isOutputTerminal) {
    throw new ExpectedError('USAGE', 'refusing to write an archive to a terminal', {
      hint: 'redirect standard output, or use -o FILE',
    });
  }
  if (dryRun) {
    const { planPackages } = await import('./fetch/plan-packages.ts');
    await planPackages(ids, flags, context);
    return null;
  }
  const request = { wait, fetch: flags, isJustCreated: false, known: [], recording: null };
  const results = isRecording(flags.record)
    ? await (await import('../fetch/fetch-record.ts')).fetchRecorded(ids, request, context)
    : await (await import('../fetch/fetch-packages.ts')).fetchPackages(ids, request, context);
  const document = { results };
  if (io.format === 'json') io.json(document);
  return document;
}
