import type { Clock } from '../clock.ts';
import type { Destination } from './destination.ts';

/** What may have to be fetched again after the program was killed. */
const NOTE_BYTES = 2 * 1_048_576;
const NOTE_MS = 100;
/** What may have to be fetched again after the machine went down. */
const CHECKPOINT_BYTES = 8 * 1_048_576;
const CHECKPOINT_MS = 5_000;

export interface JournalKeeper {
  /** Called after each write. @throws what went wrong in the background */
  wrote(): void;
  /** Resolves when nothing runs in the background any more. @throws as above */
  settled(): Promise<void>;
}

/** Notes in the background which bytes are there, and brings them to the disk; one of each at a time. */
export function keepJournal(
  destination: Pick<Destination, 'have' | 'note' | 'checkpoint'>,
  clock: Clock,
): JournalKeeper {
  let failure: { readonly error: unknown } | null = null;
  const every = (limitBytes: number, limitMs: number, save: () => Promise<void>) => {
    let running: Promise<void> | null = null;
    let last = { bytes: destination.have.totalBytes(), timeMs: clock.monotonicMs() };
    return {
      look() {
        const now = { bytes: destination.have.totalBytes(), timeMs: clock.monotonicMs() };
        const isDue = now.bytes - last.bytes >= limitBytes || now.timeMs - last.timeMs >= limitMs;
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
    };
  };
  const notes = every(NOTE_BYTES, NOTE_MS, () => destination.note());
  const checkpoints = every(CHECKPOINT_BYTES, CHECKPOINT_MS, () => destination.checkpoint());
  return {
    wrote() {
      if (failure !== null) throw failure.error;
      notes.look();
      checkpoints.look();
    },
    async settled() {
      await notes.settled();
      await checkpoints.settled();
      if (failure !== null) throw failure.error;
    },
  };
}
