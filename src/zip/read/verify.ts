import { setImmediate } from 'node:timers/promises';
import { isExpectedError } from '../../errors.ts';
import type { RangeSource } from '../../range/range-source.ts';
import { type ByteStream, openByteStream } from './byte-stream.ts';
import { readDataDescriptor } from './data-descriptor.ts';
import { readDirectory } from './directory.ts';
import { type ArchiveEntry, inFileOrder } from './entry.ts';
import { assertChecksum, readContent, unsupportedReason } from './entry-content.ts';
import { STORED } from './layout.ts';
import { readLocalHeader } from './local-header.ts';
import { DamagedEntryError } from './refusal.ts';

/** Entries that cannot be unpacked here: their structure is checked, their content is not. */
export interface UnverifiedEntry {
  readonly path: string;
  readonly reason: string;
}

export interface Verification {
  readonly entries: number;
  /** Declared size of all entries; of the verified ones also the true one. */
  readonly unpackedBytes: number;
  readonly unverified: readonly UnverifiedEntry[];
}

const ENTRIES_PER_TURN = 500;
/** From this size on it pays to ask a source for the checksum of a stored entry. */
const LEAST_KNOWN_BYTES = 2 ** 21;

/**
 * Reads the whole archive once, from the first byte to the last: every local header agrees with the
 * directory, every entry unpacks to its declared size and CRC, and no byte belongs to none or to two.
 * @param options.onProgress is told how many bytes of the archive have been looked at
 * @throws DamagedEntryError, ExpectedError INTEGRITY or UNSAFE, naming the entry; the signal's reason when aborted
 */
export async function verifyArchive(
  source: RangeSource,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (bytesDone: number) => void } = {},
): Promise<Verification> {
  const archive = await readDirectory(source, { signal });
  const sorted = archive.entries.toSorted(inFileOrder);
  const known = source.crc32 === undefined ? [] : sorted.filter(isWorthAsking);
  let bytesDone = 0;
  const count = (sizeBytes: number): void => {
    bytesDone += sizeBytes;
    onProgress?.(bytesDone);
  };
  /** As far as bytes have to be read: to the data of the next entry of which the checksum is known. */
  const openFrom = (start: number): ByteStream => {
    const next = known.shift();
    const end = next === undefined ? archive.directoryStart : next.endOffset - next.compressedBytes;
    bytesDone = start;
    return openByteStream(source, start, end, { signal, reusesBlocks: true, onBlock: count });
  };
  let stream = openFrom(0);
  const unverified: UnverifiedEntry[] = [];
  let unpackedBytes = 0;
  for (const [index, entry] of sorted.entries()) {
    if (index % ENTRIES_PER_TURN === ENTRIES_PER_TURN - 1) {
      await setImmediate();
      signal?.throwIfAborted();
    }
    const reason = unsupportedReason(entry);
    try {
      // There is something to pass over before the first one only, see directory.ts.
      await stream.skip(entry.headerOffset - stream.position);
      await readLocalHeader(stream, entry);
      if (source.crc32 !== undefined && isWorthAsking(entry)) {
        const start = stream.position;
        const end = start + entry.compressedBytes;
        await stream.close();
        bytesDone = start;
        assertChecksum(entry, await source.crc32(start, end, count));
        stream = openFrom(end);
      } else if (reason === null) await readContent(stream, entry, () => undefined, signal);
      else await stream.skip(entry.compressedBytes);
      await readDataDescriptor(stream, entry);
    } catch (error) {
      throw isExpectedError(error, 'INTEGRITY') ? new DamagedEntryError(error, entry) : error;
    }
    if (reason !== null) unverified.push({ path: entry.path, reason });
    unpackedBytes += entry.sizeBytes;
  }
  onProgress?.(source.sizeBytes);
  return { entries: archive.entries.length, unpackedBytes, unverified };
}

function isWorthAsking(entry: ArchiveEntry): boolean {
  const { methodNumber, sizeBytes, compressedBytes } = entry;
  const isPlain =
    methodNumber === STORED && sizeBytes === compressedBytes && unsupportedReason(entry) === null;
  return isPlain && sizeBytes >= LEAST_KNOWN_BYTES;
}
