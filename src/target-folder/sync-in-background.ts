import { syncDescriptor } from '../disk/sync-folder.ts';

/** Syncs a file to the disk in the background while it is written, so that little remains at the end. */
export interface BackgroundSync {
  /** Call after writing. */
  wrote(sizeBytes: number): void;
  /** Waits for the sync in progress. @throws the error of a failed sync, which the system reports only once */
  settle(): Promise<void>;
}

const SYNC_BYTES = 16 * 2 ** 20;

export function createBackgroundSync(descriptor: number): BackgroundSync {
  let unsyncedBytes = 0;
  let syncing: Promise<void> | null = null;
  let failure: { readonly error: unknown } | null = null;
  return {
    wrote(sizeBytes) {
      unsyncedBytes += sizeBytes;
      if (unsyncedBytes < SYNC_BYTES || syncing !== null) return;
      unsyncedBytes = 0;
      syncing = syncDescriptor(descriptor)
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
