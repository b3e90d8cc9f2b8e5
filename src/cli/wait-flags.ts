import type { Command } from 'commander';
import { parseDuration } from '../values/duration.ts';
import { forFlag } from './flag-values.ts';

export interface WaitFlags {
  /** How long to wait; 0 looks once. */
  readonly timeoutMs: number;
  readonly intervalMs: number | null;
}

export interface RawWaitFlags {
  readonly timeout?: number;
  readonly interval?: number;
  /** False with `--no-wait`. */
  readonly wait?: boolean;
}

const DEFAULT_TIMEOUT_MS = 6 * 3_600_000;

export function addWaitFlags(command: Command): Command {
  return command
    .option(
      '--timeout <duration>',
      'how long to wait for the package, such as 90s or 2h (default 6h); never limits a running transfer',
      forFlag('--timeout', parseDuration),
    )
    .option(
      '--interval <duration>',
      'pause between looks (default: from 1s, growing to 30s)',
      forFlag('--interval', parseDuration),
    );
}

export function readWaitFlags({ timeout, interval, wait }: RawWaitFlags): WaitFlags {
  return { timeoutMs: wait === false ? 0 : (timeout ?? DEFAULT_TIMEOUT_MS), intervalMs: interval ?? null };
}
