import type { Clock } from '../../clock.ts';
import type { Destination } from './destination.ts';

/** What a kill of the program can lose. */
const NOTE = { leastBytes: 2 * 1_048_576, leastMs: 0, mostMs: 100 };
/** The most written bytes that no note lists yet. On a busy disk, further writes wait for the current note. */
const UNNOTED_BYTES = 4 * 1_048_576;
/** What a crash of the machine can lose: 8 MiB, or the bytes of 200 ms if that is more. Never bytes older than 5 s. */
const CHECKPOINT = { leastBytes: 8 * 1_048_576, leastMs: 200, mostMs: 5_000 };
/** The same if only a checkpoint survives a kill. */
const LONE_CHECKPOINT = { leastBytes: 1_048_576, leastMs: 200, mostMs: 500 };

export interface JournalSchedule {
  /**
   * Called after each write; resolves when the next one may start.
   * @throws the first failure in the background
   */
  wrote(): Promise<void>;
  /** Resolves when nothing runs in the background. @throws the same */
  settled(): Promise<void>;
}

/**
 * Notes and syncs the written bytes in the background, with at most one note and one checkpoint at a time.
 * @param leastCheckpointBytes the bytes between two checkpoints, unless 5 s pass first
 */
export function createJournalSchedule(
  destination: Pick<Destination, 'keepsNotes' | 'have' | 'note' | 'checkpoint'>,
  clock: Clock,
  leastCheckpointBytes = CHECKPOINT.leastBytes,
): JournalSchedule {
  let failure: { readonly error: unknown } | null = null;
  const every = ({ leastBytes, leastMs, mostMs }: typeof NOTE, save: () => Promise<void>) => {
    let running: Promise<void> | null = null;
    let last = { bytes: destination.have.totalBytes(), timeMs: clock.monotonicMs() };
    let savedBytes = last.bytes;
    return {
      saveIfDue() {
        const now = { bytes: destination.have.totalBytes(), timeMs: clock.monotonicMs() };
        const passedMs = now.timeMs - last.timeMs;
        const isDue = passedMs >= mostMs || (passedMs >= leastMs && now.bytes - last.bytes >= leastBytes);
        if (!isDue || running !== null) return;
        last = now;
        running = save()
          .then(() => {
            savedBytes = now.bytes;
          })
          .catch((error: unknown) => {
            failure ??= { error };
          })
          .finally(() => {
            running = null;
          });
      },
      settled: () => running,
      unsavedBytes: () => destination.have.totalBytes() - savedBytes,
    };
  };
  const notes = every(NOTE, () => destination.note());
  const checkpoints = every(
    destination.keepsNotes ? { ...CHECKPOINT, leastBytes: leastCheckpointBytes } : LONE_CHECKPOINT,
    () => destination.checkpoint(),
  );
  return {
    async wrote() {
      if (failure !== null) throw failure.error;
      notes.saveIfDue();
      checkpoints.saveIfDue();
      if (notes.unsavedBytes() >= UNNOTED_BYTES) await notes.settled();
    },
    async settled() {
      await notes.settled();
      await checkpoints.settled();
      if (failure !== null) throw failure.error;
    },
  };
}
