import type { Clock } from '../../src/clock.ts';
import { createFastClock } from './fast-clock.ts';

/** A clock that advances only by its sleeps, and records them. */
export function recordPauses(): { readonly clock: Clock; readonly pausesMs: readonly number[] } {
  const pausesMs: number[] = [];
  let nowMs = 1_000;
  const clock = {
    ...createFastClock(),
    monotonicMs: () => nowMs,
    sleep: async (delayMs: number) => {
      pausesMs.push(delayMs);
      nowMs += delayMs;
    },
  };
  return { clock, pausesMs };
}
