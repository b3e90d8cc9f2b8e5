import type { Clock } from '../../clock.ts';

/** Long enough to be stable, short enough to notice a change. */
const WINDOW_MS = 5_000;
const SAMPLE_MS = 200;

/**
 * Measures the speed over the last seconds. The returned function takes the bytes so far and returns bytes per second;
 * null if it is too early to tell.
 */
export function createSpeedometer(clock: Clock): (bytes: number) => number | null {
  const samples: { timeMs: number; bytes: number }[] = [];
  return (bytes) => {
    const timeMs = clock.monotonicMs();
    const last = samples.at(-1);
    if (last === undefined || timeMs - last.timeMs >= SAMPLE_MS) samples.push({ timeMs, bytes });
    while (samples.length > 2 && timeMs - (samples[0]?.timeMs ?? timeMs) > WINDOW_MS) samples.shift();
    const first = samples[0];
    if (first === undefined || timeMs - first.timeMs < SAMPLE_MS) return null;
    return Math.max(((bytes - first.bytes) * 1000) / (timeMs - first.timeMs), 0);
  };
}
