import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { diskError } from '../disk/disk-error.ts';
import { NO_DETOUR } from '../disk/open-flags.ts';
import { ExpectedError } from '../errors.ts';
import type { RangeSource } from './range-source.ts';

/** The number of threads in Node's pool, which inflates the bytes. */
const PARALLEL_READS = 4;

/** A file on disk as a RangeSource that holds it open until `close`. */
export interface FileSource extends RangeSource {
  close(): Promise<void>;
}

/**
 * Opens a regular file for reading. Refuses a link in the last component, and anything that is not a file. O_NONBLOCK
 * keeps a FIFO from blocking forever.
 * @param shownPath the path for messages
 * @throws ExpectedError DISK
 */
export async function openFileSource(path: string, shownPath = path): Promise<FileSource> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | NO_DETOUR);
  } catch (error) {
    throw diskError(error, shownPath, 'read');
  }
  try {
    const source = await fileSourceOf(handle, shownPath);
    return { ...source, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Wraps a handle that the caller closes; `path` is for messages. The size is read now: later growth is ignored, and
 * shrinking is an INTEGRITY error.
 * @throws ExpectedError DISK
 */
export async function fileSourceOf(handle: FileHandle, path: string): Promise<RangeSource> {
  const stat = await handle.stat();
  if (!stat.isFile()) throw new ExpectedError('DISK', `${path} is not a regular file`);
  return {
    sizeBytes: stat.size,
    parallelReads: PARALLEL_READS,
    read: (start, end) => readExactly(handle, path, start, end),
    readInto: (target, start) => fillFrom(handle, path, target, start),
  };
}

async function readExactly(handle: FileHandle, path: string, start: number, end: number): Promise<Buffer> {
  if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end)) {
    throw new RangeError(`not a byte range: [${start}, ${end})`);
  }
  // Not from Buffer's shared pool: a small slice of it would keep the whole pool alive.
  const buffer = Buffer.allocUnsafeSlow(end - start);
  await fillFrom(handle, path, buffer, start);
  return buffer;
}

/**
 * Fills `buffer` with the bytes from `start` on.
 * @throws ExpectedError DISK, or INTEGRITY if the file ends too early
 */
export async function fillFrom(
  handle: FileHandle,
  path: string,
  buffer: Buffer,
  start: number,
): Promise<void> {
  let filled = 0;
  // The kernel may return less than requested (2 GiB limit, signals, network file systems).
  while (filled < buffer.length) {
    let count: number;
    try {
      ({ bytesRead: count } = await handle.read(buffer, filled, buffer.length - filled, start + filled));
    } catch (error) {
      throw diskError(error, path, 'read');
    }
    if (count === 0) {
      throw new ExpectedError(
        'INTEGRITY',
        `${path} ends at byte ${start + filled}, expected ${start + buffer.length} or more`,
        {
          hint: 'the file was cut while it was read; download it again',
        },
      );
    }
    filled += count;
  }
}
