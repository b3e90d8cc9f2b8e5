const FIRST_DELAY_MS = 700;
const MAX_DELAY_MS = 30_000;
/** The delay grows with the time waited, so that the time lost is a constant share of it. */
const GROWTH = 0.13;
const JITTER = 0.1;

export interface PollMoment {
  /** Since the first check. */
  readonly waitedMs: number;
  /** The user's `--interval`, if any. */
  readonly intervalMs: number | null;
  /** The delay that the service requested, if any. Takes precedence. */
  readonly retryAfterMs: number | null;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/** How long to wait before the next check of a package, in milliseconds. */
export function pollDelayMs({ waitedMs, intervalMs, retryAfterMs, random }: PollMoment): number {
  if (retryAfterMs !== null) return retryAfterMs;
  const baseMs = intervalMs ?? Math.min(Math.max(waitedMs * GROWTH, FIRST_DELAY_MS), MAX_DELAY_MS);
  return Math.round(baseMs * (1 - JITTER + random * 2 * JITTER));
}
