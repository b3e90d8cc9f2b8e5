import type { Command } from 'commander';
import { ExpectedError } from '../errors.ts';
import { parseDuration } from '../parse/duration.ts';
import { forFlag } from './flag-values.ts';

export interface WaitFlags {
  /** How long to wait; 0 checks once. */
  readonly timeoutMs: number;
  readonly intervalMs: number | null;
}

export interface RawWaitFlags {
  readonly timeout?: number;
  readonly interval?: number;
  /** True with `--wait`, false with `--no-wait`. */
  readonly wait?: boolean;
}

const DEFAULT_TIMEOUT_MS = 6 * 3_600_000;

/** A command that waits only on request defines `--wait` before. The others wait by default. */
export function addWaitFlags(command: Command): Command {
  return command
    .optionsGroup('Waiting:')
    .option('--no-wait', "Don't wait; exit 8 if not ready")
    .option(
      '--timeout <duration>',
      'Maximum time to wait for the package, such as 90s or 2h (default 6h)',
      forFlag('--timeout', parseDuration),
    )
    .option(
      '--interval <duration>',
      'Time between checks (default: from 1s, growing to 30s)',
      forFlag('--interval', parseInterval),
    );
}

/** @throws ExpectedError USAGE for flags that contradict each other */
export function readWaitFlags({ timeout, interval, wait }: RawWaitFlags): WaitFlags {
  if (wait === false && timeout !== undefined && timeout > 0) {
    throw new ExpectedError('USAGE', '--no-wait and --timeout cannot be combined');
  }
  return { timeoutMs: wait === false ? 0 : (timeout ?? DEFAULT_TIMEOUT_MS), intervalMs: interval ?? null };
}

/** For a command that does not wait: flags without an effect are refused. */
export function refuseWaitFlags({ timeout, interval }: RawWaitFlags, neededFlags: string): void {
  const given = timeout !== undefined ? '--timeout' : interval !== undefined ? '--interval' : undefined;
  if (given !== undefined) throw new ExpectedError('USAGE', `${given} needs ${neededFlags}`);
}

/** Without an interval, the service would be polled without a pause. */
function parseInterval(text: string): number {
  const intervalMs = parseDuration(text);
  if (intervalMs <= 0) throw new ExpectedError('USAGE', 'the interval must be longer than 0');
  return intervalMs;
}
