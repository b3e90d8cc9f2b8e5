import type { Clock } from '../../clock.ts';
import type { Chunk } from './scheduler.ts';

/** Before this, it is too early to call a chunk slow. */
const TOO_EARLY_MS = 3_000;

/** Measures the speed of a chunk from now on. Call the returned function with the bytes as they arrive. */
export function measureSpeed(chunk: Chunk, clock: Clock): (sizeBytes: number) => void {
  const startMs = clock.monotonicMs();
  let lastMs = startMs;
  let bytes = 0;
  chunk.bytesPerSecond = () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - startMs < TOO_EARLY_MS) return Number.POSITIVE_INFINITY;
    return nowMs - lastMs < TOO_EARLY_MS ? (bytes * 1_000) / (nowMs - startMs) : 0;
  };
  return (sizeBytes) => {
    bytes += sizeBytes;
    lastMs = clock.monotonicMs();
  };
}
