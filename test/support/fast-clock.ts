import type { Clock } from '../../src/clock.ts';

export interface FastClock extends Clock {
  /** Every `sleep` asked for so far, in milliseconds of this clock. */
  readonly sleepsMs: readonly number[];
}

export interface FastClockOptions {
  /** How many of its seconds pass in one real second. */
  readonly speed?: number;
  /** What it shows at the start, in milliseconds since the epoch. */
  readonly startMs?: number;
  /** Sleeps pass at once, with all their time: hours of polling in a moment. Callbacks still wait. */
  readonly skipsSleeps?: boolean;
}

/** 30 s become 300 ms: enough for a busy machine to answer in time. */
export const FAST_CLOCK_SPEED = 100;
export const FAST_CLOCK_START_MS = Date.UTC(2026, 0, 15, 12, 0, 0);
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * A clock that really runs, only faster, so that deadlines, heartbeats and back-off keep their order while real sockets answer in real time.
 */
export function createFastClock({
  speed = FAST_CLOCK_SPEED,
  startMs = FAST_CLOCK_START_MS,
  skipsSleeps = false,
}: FastClockOptions = {}): FastClock {
  const startedAtMs = performance.now();
  const sleepsMs: number[] = [];
  let skippedMs = 0;
  const elapsedMs = () => (performance.now() - startedAtMs) * speed + skippedMs;
  const realMs = (delayMs: number) => Math.min(Math.max(0, delayMs / speed), LONGEST_TIMER_MS);
  return {
    sleepsMs,
    now: () => Math.floor(startMs + elapsedMs()),
    monotonicMs: elapsedMs,
    sleep: (delayMs, signal) =>
      new Promise((resolve, reject) => {
        sleepsMs.push(delayMs);
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const onAbort = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(
          () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
          skipsSleeps ? 0 : realMs(delayMs),
        );
        if (skipsSleeps) skippedMs += delayMs;
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, realMs(delayMs));
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
