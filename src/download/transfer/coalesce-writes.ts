import type { Clock } from '../../clock.ts';

/** On a slow line pieces are written after this all the same, so that a kill costs no more and progress is true. */
const WRITE_MS = 100;

export interface CoalesceOptions {
  /** So much is collected before it is written. */
  readonly writeBytes: number;
  readonly clock: Clock;
  readonly write: (chunks: readonly Buffer[], position: number) => Promise<void>;
}

export interface CoalescingWriter {
  /** Takes the next piece; a promise when it must be waited for before the next one may come. */
  take(chunk: Buffer): Promise<void> | null;
  /** Resolves when all that was taken is written. */
  end(): Promise<void>;
}

/**
 * Collects pieces into large writes from `position` on, one of them under way while the next is
 * collected. Few large writes are what makes it fast: the kernel's copy dominates (docs/benchmarks.md).
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
  const noWriting = async (): Promise<void> => {
    if (failure !== null) throw failure.error;
    if (writing === null) return;
    await writing;
    await noWriting();
  };
  return {
    take(chunk) {
      if (failure !== null) throw failure.error;
      if (chunk.length === 0) return null;
      if (batchBytes === 0) stopTimer = clock.after(WRITE_MS, setDue);
      batch.push(chunk);
      batchBytes += chunk.length;
      if (batchBytes >= writeBytes) setDue();
      return batchBytes >= writeBytes ? noWriting() : null;
    },
    async end() {
      stopTimer();
      await noWriting();
      if (batchBytes > 0) startWriting();
      await noWriting();
    },
  };
}
