import { createHash } from 'node:crypto';
import type { RangeSource } from '../../range/range-source.ts';
import type { StagingFolder } from '../../target-folder/staging-folder.ts';
import { openByteStream } from '../read/byte-stream.ts';
import { readDataDescriptor } from '../read/data-descriptor.ts';
import type { ArchiveEntry } from '../read/entry.ts';
import { assertChecksum } from '../read/entry-content.ts';
import { STORED } from '../read/layout.ts';
import { readDataStart } from '../read/local-header.ts';

/** From this size on, a stored entry is fetched over several connections, and continued after an interruption. */
const LARGE_BYTES = 64 * 2 ** 20;

/** Whether an entry is worth the effort of `unpackLargeEntry`: a stored one of a source that saves. */
export function isLarge({ save }: RangeSource, { methodNumber, sizeBytes }: ArchiveEntry): boolean {
  return save !== undefined && methodNumber === STORED && sizeBytes >= LARGE_BYTES;
}

/** The same entry has the same key in every run. That its bytes are the same, the checksum proves in the end. */
export function partKey({ path, sizeBytes, crc32 }: ArchiveEntry): string {
  return createHash('sha256').update(`${path}\0${sizeBytes}\0${crc32}`).digest('hex').slice(0, 32);
}

export interface LargeEntryOptions {
  readonly staging: StagingFolder;
  readonly signal: AbortSignal | undefined;
  /** Called with the bytes that are there, including those of an earlier run. */
  readonly onProgress: (haveBytes: number) => void;
  /** Gives the finished file its name. */
  readonly publish: (path: string) => Promise<void>;
}

/**
 * Saves a large stored entry in a part file, and has it published.
 * @throws ExpectedError INTEGRITY or UNSAFE when header, checksum or descriptor are wrong, DISK, what the
 *   source and `publish` throw; the part stays for the next run, unless its bytes are wrong
 */
export async function unpackLargeEntry(
  source: RangeSource,
  entry: ArchiveEntry,
  { staging, signal, onProgress, publish }: LargeEntryOptions,
): Promise<void> {
  if (source.save === undefined) throw new RangeError('a source that cannot save');
  const { crc32, compressedBytes } = entry;
  const start = await readDataStart(source, entry);
  const end = start + compressedBytes;
  const key = partKey(entry);
  const place = staging.partPlace(key);
  const saved = await source.save(start, end, { place, key, crc32, signal, onProgress });
  try {
    assertChecksum(entry, saved.crc32);
  } catch (error) {
    await saved.remove();
    throw error;
  }
  await checkEnd(source, entry, end);
  await publish(place.path);
  await saved.remove();
}

async function checkEnd(source: RangeSource, entry: ArchiveEntry, dataEnd: number): Promise<void> {
  const stream = openByteStream(source, dataEnd, entry.endOffset);
  try {
    await readDataDescriptor(stream, entry);
  } finally {
    await stream.close();
  }
}
