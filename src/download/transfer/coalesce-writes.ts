import type { Clock } from '../../clock.ts';

/** On a slow line, writes at least this often, so that a kill loses no more and progress is accurate. */
const WRITE_MS = 100;

export interface CoalesceOptions {
  /** How much to collect before a write. */
  readonly writeBytes: number;
  readonly clock: Clock;
  readonly write: (chunks: readonly Buffer[], position: number) => Promise<void>;
}

export interface CoalescingWriter {
  /** Adds the next chunk. A returned promise must be awaited before the one after it. */
  take(chunk: Buffer): Promise<void> | null;
  /** Resolves when all chunks are written. */
  end(): Promise<void>;
}

/**
 * Collects chunks into large writes from `position` on. One write runs while the next is collected. A few large writes
 * are fast, because the kernel's copy dominates (docs/benchmarks.md).
 * @throws (from `take` and `end`) the first error of `write`
 */
export function coalesceWrites(
  position: number,
  { writeBytes, clock, write }: CoalesceOptions,
): CoalescingWriter {
  let batch: Buffer[] = [];
  let batchBytes = 0;
  let isDue = false;
  let stopTimer: () => void = () => undefined;
  let nextPosition = position;
  let writing: Promise<void> | null = null;
  let failure: { readonly error: unknown } | null = null;

  const startWriting = () => {
    stopTimer();
    isDue = false;
    const [chunks, start] = [batch, nextPosition];
    nextPosition += batchBytes;
    batch = [];
    batchBytes = 0;
    writing = write(chunks, start)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => {
        writing = null;
        writeIfDue();
      });
  };
  const writeIfDue = () => {
    if (isDue && writing === null && failure === null) startWriting();
  };
  const setDue = () => {
    isDue = true;
    writeIfDue();
  };
  /** One write may start the next one when it ends. */
  const untilIdle = async (): Promise<void> => {
    if (failure !== null) throw failure.error;
    if (writing === null) return;
    await writing;
    await untilIdle();
  };
  return {
    take(chunk) {
      if (failure !== null) throw failure.error;
      if (chunk.length === 0) return null;
      if (batchBytes === 0) stopTimer = clock.after(WRITE_MS, setDue);
      batch.push(chunk);
      batchBytes += chunk.length;
      if (batchBytes >= writeBytes) setDue();
      return batchBytes >= writeBytes ? untilIdle() : null;
    },
    async end() {
      stopTimer();
      await untilIdle();
      if (batchBytes > 0) startWriting();
      await untilIdle();
    },
  };
}
