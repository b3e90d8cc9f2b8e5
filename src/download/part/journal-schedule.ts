import type { Clock } from '../../clock.ts';
import type { Destination } from './destination.ts';

/** What may have to be fetched again after the program was killed. */
const NOTE = { leastBytes: 2 * 1_048_576, leastMs: 0, mostMs: 100 };
/** So much may be written while a note is under way; on a busy disk, more of it waits for the note. */
const UNNOTED_BYTES = 4 * 1_048_576;
/**
 * What may have to be fetched again after the machine went down: 8 MiB, what comes in a fifth of a
 * second where that is more, and never what came more than 5 s ago.
 */
const CHECKPOINT = { leastBytes: 8 * 1_048_576, leastMs: 200, mostMs: 5_000 };
/** The same where a checkpoint is all that survives the program, too. */
const LONE_CHECKPOINT = { leastBytes: 1_048_576, leastMs: 200, mostMs: 500 };

export interface JournalSchedule {
  /**
   * Called after each write; resolves when the next one may begin.
   * @throws what went wrong in the background
   */
  wrote(): Promise<void>;
  /** Resolves when nothing runs in the background any more. @throws as above */
  settled(): Promise<void>;
}

/** Notes in the background which bytes are there, and brings them to the disk; one of each at a time. */
export function createJournalSchedule(
  destination: Pick<Destination, 'keepsNotes' | 'have' | 'note' | 'checkpoint'>,
  clock: Clock,
  leastCheckpointBytes = CHECKPOINT.leastBytes,
): JournalSchedule {
  let failure: { readonly error: unknown } | null = null;
  const every = ({ leastBytes, leastMs, mostMs }: typeof NOTE, save: () => Promise<void>) => {
    let running: Promise<void> | null = null;
    let last = { bytes: destination.have.totalBytes(), timeMs: clock.monotonicMs() };
    return {
      look() {
        const now = { bytes: destination.have.totalBytes(), timeMs: clock.monotonicMs() };
        const passedMs = now.timeMs - last.timeMs;
        const isDue = passedMs >= mostMs || (passedMs >= leastMs && now.bytes - last.bytes >= leastBytes);
        if (!isDue || running !== null) return;
        last = now;
        running = save()
          .catch((error: unknown) => {
            failure ??= { error };
          })
          .finally(() => {
            running = null;
          });
      },
      settled: () => running,
      unsavedBytes: () => destination.have.totalBytes() - last.bytes,
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
      notes.look();
      checkpoints.look();
      if (notes.unsavedBytes() >= UNNOTED_BYTES) await notes.settled();
    },
    async settled() {
      await notes.settled();
      await checkpoints.settled();
      if (failure !== null) throw failure.error;
    },
  };
}
