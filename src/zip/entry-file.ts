import { closeSync, constants, fsync, openSync, unlinkSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { diskError } from '../disk/disk-error.ts';
import { ExpectedError } from '../errors.ts';
import type { Place } from './folder.ts';

/** A file that is being unpacked: under a temporary name until all of it is there. */
export interface EntryFile {
  readonly path: string;
  /** Appends all of `bytes`, or writes them at `position`. @throws ExpectedError DISK */
  write(bytes: Buffer, position?: number): Promise<void>;
  /** Closes it; what is large is brought to the disk first. @throws ExpectedError DISK */
  finish(): Promise<void>;
  /** Closes it if it is open still; never throws. */
  close(): void;
  /** Closes and removes it. */
  discard(): void;
}

/** Up to this size a write goes into the page cache faster than into the thread pool. */
const SYNCHRONOUS_WRITE_BYTES = 64 * 2 ** 10;
/**
 * Files up to this size are not synced one by one, which would take longer than all the rest of
 * unpacking many of them: after a crash of the machine they may be missing or empty, never after one
 * of the program.
 */
const UNSYNCED_BYTES = 2 ** 20;
const writeAsync = promisify(write);
const fsyncAsync = promisify(fsync);

/**
 * @param place where nothing is yet; or, with `continues`, what an earlier run left
 * @throws ExpectedError DISK
 */
export function createEntryFile({ path, shownPath }: Place, { continues = false } = {}): EntryFile {
  const exclusive = continues ? 0 : constants.O_EXCL;
  const flags = constants.O_RDWR | constants.O_CREAT | exclusive | constants.O_NOFOLLOW;
  let descriptor: number;
  try {
    // The umask narrows the mode; nothing out of the archive widens it.
    descriptor = openSync(path, flags, 0o666);
  } catch (error) {
    throw diskError(error, shownPath, 'write');
  }
  let isOpen = true;
  let sizeBytes = 0;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    closeSync(descriptor);
  };
  return {
    path,
    write: async (bytes, position) => {
      sizeBytes += bytes.length;
      try {
        await writeFully(descriptor, bytes, position);
      } catch (error) {
        throw diskError(error, shownPath, 'write');
      }
    },
    finish: async () => {
      try {
        if (sizeBytes > UNSYNCED_BYTES || continues) await fsyncAsync(descriptor);
        close();
      } catch (error) {
        throw diskError(error, shownPath, 'write');
      }
    },
    close: () => ignoringFailure(close),
    discard: () => {
      ignoringFailure(close);
      ignoringFailure(() => unlinkSync(path));
    },
  };
}

/** The failure that led here is the one to report; the next run clears away what stays. */
function ignoringFailure(act: () => void): void {
  try {
    act();
  } catch {
    // See above.
  }
}

async function writeFully(descriptor: number, bytes: Buffer, position: number | undefined): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    // Fewer bytes than asked for may be written without an error.
    const left = bytes.length - written;
    const place = position === undefined ? null : position + written;
    const count =
      left <= SYNCHRONOUS_WRITE_BYTES
        ? writeSync(descriptor, bytes, written, left, place)
        : (await writeAsync(descriptor, bytes, written, left, place)).bytesWritten;
    if (count === 0) throw new ExpectedError('DISK', 'the system takes no more bytes for the file');
    written += count;
  }
}
