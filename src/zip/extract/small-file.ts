import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { diskError } from '../../disk/disk-error.ts';
import { ExpectedError } from '../../errors.ts';
import type { Place } from './folder.ts';

/** Up to this size a file goes into the page cache faster than into the thread pool, and is made by synchronous calls. */
export const SMALL_BYTES = 64 * 2 ** 10;
const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Makes a file of these bytes, closed in the end; of thousands of them each spared object counts.
 * @param place where nothing is yet
 * @throws ExpectedError DISK; nothing is left there then
 */
export function makeSmallFile(place: Place, pieces: readonly Buffer[]): void {
  let descriptor: number;
  try {
    // The umask narrows the mode; nothing out of the archive widens it.
    descriptor = openSync(place.path, NEW, 0o666);
  } catch (error) {
    throw diskError(error, place.shownPath, 'write');
  }
  try {
    try {
      for (const piece of pieces) writeWhole(descriptor, piece);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    removeSmallFile(place);
    throw diskError(error, place.shownPath, 'write');
  }
}

/** After a failure, which is the one to report; what stays is cleared away by the next run. */
export function removeSmallFile({ path }: Place): void {
  try {
    unlinkSync(path);
  } catch {
    // See above.
  }
}

/** Writes all of a few bytes: fewer than asked for may be written without an error. */
export function writeWhole(descriptor: number, bytes: Buffer, position: number | null = null): void {
  for (let written = 0; written < bytes.length; ) {
    const place = position === null ? null : position + written;
    const count = writeSync(descriptor, bytes, written, bytes.length - written, place);
    if (count === 0) throw noMoreBytes();
    written += count;
  }
}

export function noMoreBytes(): ExpectedError {
  return new ExpectedError('DISK', 'the system takes no more bytes for the file');
}
