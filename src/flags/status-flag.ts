import type { Command } from 'commander';
import { forFlag, nonEmpty, withCompletions } from './flag-values.ts';

/** The service can use others. */
export const USUAL_STATUSES = ['ready', 'preparing', 'failed'];

/** Adds `--status`. */
export function addStatusFlag(command: Command, description: string): Command {
  const parse = withCompletions(USUAL_STATUSES, (text: string) => nonEmpty(text));
  return command.option('--status <status>', description, forFlag('--status', parse));
}
