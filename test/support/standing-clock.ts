import type { Clock } from '../../src/clock.ts';

/** A clock that advances only with `pass`. */
export function standingClock(): Clock & { pass(ms: number): void } {
  let nowMs = 0;
  const timers = new Map<() => void, number>();
  return {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: () => Promise.resolve(),
    after(delayMs, callback) {
      timers.set(callback, nowMs + delayMs);
      return () => timers.delete(callback);
    },
    pass(ms) {
      nowMs += ms;
      for (const [callback, dueMs] of timers) {
        if (dueMs <= nowMs && timers.delete(callback)) callback();
      }
    },
  };
}
