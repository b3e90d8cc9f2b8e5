import type { ExpectedError } from '../../errors.ts';
import { isTransient, retryDelayMs } from '../../http/retry.ts';
import { TooSlowError } from '../response/stall-detector.ts';

/** A failure, and how long to wait before the next try. */
export interface Retry {
  readonly attempt: number;
  readonly delayMs: number;
  readonly error: ExpectedError;
}

export interface RetryBudget {
  /** Counts a failure. @throws `error` if it is not transient, or after too many failures without progress */
  spend(error: unknown, haveBytes: number): Retry;
  /** Consecutive failures so far. */
  failures(): number;
}

/** Counts failures without a new byte in between, over all connections. A new byte starts a new count. */
export function createRetryBudget(retries: number, random: () => number, haveBytes: number): RetryBudget {
  let failures = 0;
  let mostBytes = haveBytes;
  return {
    spend(error, nowBytes) {
      if (!isTransient(error)) throw error;
      // A trickle never completes a file.
      if (nowBytes > mostBytes && !(error instanceof TooSlowError)) failures = 0;
      mostBytes = Math.max(mostBytes, nowBytes);
      failures += 1;
      if (failures > retries) throw error;
      return { attempt: failures, delayMs: retryDelayMs(error, failures, random), error };
    },
    failures: () => failures,
  };
}
