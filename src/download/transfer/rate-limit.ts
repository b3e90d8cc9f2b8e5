import type { Clock } from '../../clock.ts';

/** A common limit of all connections (`--limit-rate`). */
export interface RateLimit {
  /** Notes bytes that have come; so many milliseconds must pass before more are read. */
  consume(sizeBytes: number): number;
}

/** After a pause so much may be caught up on; more would be a burst above the limit. */
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
