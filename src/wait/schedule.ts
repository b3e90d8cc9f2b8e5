const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;
/** The pause grows with the time waited: nobody who waited ten minutes minds half a minute more. */
const GROWTH = 0.1;
const JITTER = 0.1;

export interface PollMoment {
  /** Since the first look. */
  readonly waitedMs: number;
  /** The user's `--interval`, if any. */
  readonly intervalMs: number | null;
  /** What the service asked for, if anything; wins over all else. */
  readonly retryAfterMs: number | null;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/** How long to pause before the next look at a package, in milliseconds. */
export function pollDelayMs({ waitedMs, intervalMs, retryAfterMs, random }: PollMoment): number {
  if (retryAfterMs !== null) return retryAfterMs;
  const baseMs = intervalMs ?? Math.min(Math.max(waitedMs * GROWTH, FIRST_DELAY_MS), MAX_DELAY_MS);
  return Math.round(baseMs * (1 - JITTER + random * 2 * JITTER));
}
