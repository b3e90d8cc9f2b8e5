import { fsync } from 'node:fs';
import { promisify } from 'node:util';

/** Brings a file that is being written to the disk bit by bit, beside the writing, so that little is left at the end. */
export interface BackgroundSync {
  /** Told of what is written by now. */
  wrote(sizeBytes: number): void;
  /** Waits until nothing is under way. @throws what a sync failed with: the system tells it only once */
  settle(): Promise<void>;
}

const SYNC_BYTES = 16 * 2 ** 20;
const fsyncAsync = promisify(fsync);

export function createBackgroundSync(descriptor: number): BackgroundSync {
  let unsyncedBytes = 0;
  let syncing: Promise<void> | null = null;
  let failure: { readonly error: unknown } | null = null;
  return {
    wrote(sizeBytes) {
      unsyncedBytes += sizeBytes;
      if (unsyncedBytes < SYNC_BYTES || syncing !== null) return;
      unsyncedBytes = 0;
      syncing = fsyncAsync(descriptor)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          syncing = null;
        });
    },
    async settle() {
      await syncing;
      if (failure !== null) throw failure.error;
    },
  };
}
