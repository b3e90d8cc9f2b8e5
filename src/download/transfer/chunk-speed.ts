import type { Clock } from '../../clock.ts';
import type { Chunk } from './scheduler.ts';

/** A chunk is slow only after this; before it is too early to tell. */
const TOO_EARLY_MS = 3_000;

/** Measures from now on how fast the chunk comes; the returned function takes the bytes as they come. */
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
