import { closeSync, constants, openSync, unlinkSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { diskError } from '../disk/disk-error.ts';
import { syncDescriptor } from '../disk/sync-folder.ts';
import { writeFully, writeFullySync } from '../disk/write-fully.ts';
import type { Place } from './folder.ts';
import { createBackgroundSync } from './sync-in-background.ts';

/** A file that is being written, under a temporary name until it is complete. */
export interface TemporaryFile {
  readonly path: string;
  /**
   * Appends all of `bytes` in the background. They must not change until the next `append` or `flush` resolves.
   * @throws ExpectedError DISK, also for earlier bytes
   */
  append(bytes: Buffer): Promise<void>;
  /** Waits until all that was appended is written. @throws ExpectedError DISK */
  flush(): Promise<void>;
  /**
   * Closes it when all is written. A large file is synced first.
   * @param options.isSynced also syncs a small file
   * @throws ExpectedError DISK
   */
  finish(options?: { readonly isSynced: boolean }): Promise<void>;
  /** Closes and removes it; never throws. */
  discard(): Promise<void>;
}

/**
 * Files up to this size are not synced one by one, which would take longer than everything else. After a crash of
 * the machine they can be missing or empty, but never after a crash of the program.
 */
const UNSYNCED_BYTES = 2 ** 20;
/** Up to this size, synchronous calls are faster than a trip through the thread pool. */
export const SMALL_BYTES = 64 * 2 ** 10;
const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const NOTHING = Buffer.alloc(0);
const writeAsync = promisify(write);

/**
 * @param place where nothing is yet
 * @throws ExpectedError DISK
 */
export function createTemporaryFile(place: Place): TemporaryFile {
  const { path, shownPath } = place;
  const descriptor = openNew(place);
  let isOpen = true;
  let appendedBytes = 0;
  let appending: Promise<void> = Promise.resolve();
  const syncing = createBackgroundSync(descriptor);
  const writeSome = async ([rest = NOTHING]: readonly Buffer[]): Promise<number> =>
    rest.length > SMALL_BYTES
      ? (await writeAsync(descriptor, rest, 0, rest.length, null)).bytesWritten
      : writeSync(descriptor, rest);
  const write = async (bytes: Buffer): Promise<void> => {
    try {
      await writeFully([bytes], writeSome);
      syncing.wrote(bytes.length);
    } catch (error) {
      throw diskError(error, shownPath, 'write');
    }
  };
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    closeSync(descriptor);
  };
  const leave = async (): Promise<void> => {
    // A descriptor that is closed during a call may belong to another file by then.
    await appending.catch(() => undefined);
    await syncing.settle().catch(() => undefined);
    ignoringFailure(close);
  };
  return {
    path,
    append: async (bytes) => {
      await appending;
      appendedBytes += bytes.length;
      appending = write(bytes);
      // It is awaited with the next bytes, which may be after a failure elsewhere or never.
      appending.catch(() => undefined);
    },
    flush: () => appending,
    finish: async ({ isSynced } = { isSynced: false }) => {
      await appending;
      try {
        await syncing.settle();
        if (isSynced || appendedBytes > UNSYNCED_BYTES) await syncDescriptor(descriptor);
        close();
      } catch (error) {
        throw diskError(error, shownPath, 'write');
      }
    },
    discard: async () => {
      await leave();
      ignoringFailure(() => unlinkSync(path));
    },
  };
}

/** For cleaning up after a failure, which is the one to report. The next run removes what stays. */
export function ignoringFailure(act: () => void): void {
  try {
    act();
  } catch {
    // See above.
  }
}

function openNew({ path, shownPath }: Place): number {
  try {
    // The umask narrows the mode; nothing from the server widens it.
    return openSync(path, NEW, 0o666);
  } catch (error) {
    throw diskError(error, shownPath, 'write');
  }
}

/**
 * Creates a file of these bytes and closes it. With thousands of them, each object counts.
 * @param place where nothing is yet
 * @throws ExpectedError DISK; nothing is left there then
 */
export function makeSmallFile(place: Place, pieces: readonly Buffer[]): void {
  const descriptor = openNew(place);
  try {
    try {
      for (const piece of pieces) writeFullySync(piece, (rest) => writeSync(descriptor, rest));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    removeSmallFile(place);
    throw diskError(error, place.shownPath, 'write');
  }
}

export function removeSmallFile({ path }: Place): void {
  ignoringFailure(() => unlinkSync(path));
}
