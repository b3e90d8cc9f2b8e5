import type { Clock } from '../../clock.ts';

/** A rate limit that all connections share (`--limit-rate`). */
export interface RateLimit {
  /** Counts received bytes. @returns the milliseconds to wait before reading more */
  consume(sizeBytes: number): number;
}

/** How much to catch up after a pause. More would be a burst above the limit. */
const CREDIT_MS = 100;

export function createRateLimit(bytesPerSecond: number, clock: Clock): RateLimit {
  let paidUntilMs = clock.monotonicMs();
  return {
    consume(sizeBytes) {
      const nowMs = clock.monotonicMs();
      paidUntilMs = Math.max(paidUntilMs, nowMs - CREDIT_MS) + (sizeBytes * 1_000) / bytesPerSecond;
      return Math.max(paidUntilMs - nowMs, 0);
    },
  };
}
