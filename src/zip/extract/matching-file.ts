import { type BigIntStats, closeSync, constants, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { diskError } from '../../disk/disk-error.ts';
import { NO_DETOUR } from '../../disk/open-flags.ts';
import type { ArchiveEntry } from '../read/entry.ts';
import { lstatOrNull, type Place } from './folder.ts';

/** Up to this size a file is read by one synchronous call, see target-folder.ts; a larger one in such blocks. */
const BLOCK_BYTES = 2 ** 20;
const readAsync = promisify(read);

export interface MatchOptions {
  readonly signal: AbortSignal | undefined;
  /** Of what is there, for whoever has just looked. */
  readonly stat?: BigIntStats | null;
}

/**
 * Whether what is at a place is the content of an entry: a regular file, not a link, of that size and CRC-32.
 * It is opened before this returns for the first time, so the folder need not stay open.
 * @throws ExpectedError DISK, the signal's reason when aborted
 */
export async function isMatchingFile(
  { path, shownPath }: Place,
  { sizeBytes, crc32: checksum }: Pick<ArchiveEntry, 'sizeBytes' | 'crc32'>,
  { signal, stat = lstatOrNull(path, shownPath) }: MatchOptions,
): Promise<boolean> {
  if (stat?.isFile() !== true || Number(stat.size) !== sizeBytes) return false;
  try {
    const descriptor = openSync(path, constants.O_RDONLY | NO_DETOUR);
    try {
      return (await checksumOf(descriptor, sizeBytes, signal)) === checksum;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw diskError(error, shownPath, 'read');
  }
}

/** Of a file that is shorter by now: of what is left. */
async function checksumOf(descriptor: number, sizeBytes: number, signal?: AbortSignal): Promise<number> {
  const block = Buffer.allocUnsafe(Math.min(sizeBytes, BLOCK_BYTES));
  let checksum = 0;
  for (let position = 0; position < sizeBytes; ) {
    signal?.throwIfAborted();
    const count =
      sizeBytes <= BLOCK_BYTES
        ? readSync(descriptor, block, 0, block.length, position)
        : (await readAsync(descriptor, block, 0, block.length, position)).bytesRead;
    if (count === 0) return checksum;
    checksum = crc32(block.subarray(0, count), checksum);
    position += count;
  }
  return checksum;
}
