import { type BigIntStats, closeSync, constants, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { diskError } from '../disk/disk-error.ts';
import { NO_DETOUR } from '../disk/open-flags.ts';
import { lstatOrNull, type Place } from './folder.ts';

/** Files up to this size are read by one synchronous call, see target-folder.ts; larger ones in blocks of this size. */
const BLOCK_BYTES = 2 ** 20;
const readAsync = promisify(read);

/** What a file must contain. */
export interface FileContent {
  readonly sizeBytes: number;
  readonly crc32: number;
}

export interface MatchOptions {
  readonly signal: AbortSignal | undefined;
  /** The status of the existing file, if the caller already has it. */
  readonly stat?: BigIntStats | null;
}

/**
 * Whether the file at `place` has this content: a regular file, not a link, with its size and CRC-32.
 * Opens the file before the first await, so the folder need not stay open.
 * @throws ExpectedError DISK; the signal's reason if aborted
 */
export async function isMatchingFile(
  { path, shownPath }: Place,
  { sizeBytes, crc32: checksum }: FileContent,
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

/** If the file has become shorter, covers what remains. */
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
