import { setImmediate } from 'node:timers/promises';
import { isExpectedError } from '../../errors.ts';
import type { RangeSource } from '../../range/range-source.ts';
import { type ByteStream, openByteStream } from './byte-stream.ts';
import { readDataDescriptor } from './data-descriptor.ts';
import { readDirectory } from './directory.ts';
import { type ArchiveEntry, inFileOrder } from './entry.ts';
import { assertChecksum, type ByteSink, readContent, unsupportedReason } from './entry-content.ts';
import type { EntryReceiver } from './entry-sink.ts';
import { STORED } from './layout.ts';
import { readLocalHeader } from './local-header.ts';
import { DamagedEntryError } from './refusal.ts';

/** Entries that cannot be unpacked: their structure is verified, their content is not. */
export interface UnverifiedEntry {
  readonly path: string;
  readonly reason: string;
}

export interface Verification {
  readonly entries: number;
  /** The declared size of all entries. For verified entries, it is also the actual size. */
  readonly unpackedBytes: number;
  readonly unverified: readonly UnverifiedEntry[];
}

const ENTRIES_PER_TURN = 500;
/** From this size on, asking the source for the checksum of a stored entry is worthwhile. */
const LEAST_KNOWN_BYTES = 2 ** 21;

export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of bytes of the archive that are processed. */
  readonly onProgress?: ((bytesDone: number) => void) | undefined;
  /** Receives the content of entries. An entry is complete and verified when its sink is finished. */
  readonly receiver?: EntryReceiver | null | undefined;
}

const NOWHERE: ByteSink = () => undefined;

/**
 * Reads the whole archive once, from the first byte to the last. Every local header must match the directory,
 * every entry must unpack to its declared size and CRC, and every byte must belong to exactly one record.
 * @throws DamagedEntryError, ExpectedError INTEGRITY or UNSAFE, naming the entry; the signal's reason if aborted
 */
export async function verifyArchive(
  source: RangeSource,
  { signal, onProgress, receiver = null }: VerifyOptions = {},
): Promise<Verification> {
  const archive = receiver?.archive ?? (await readDirectory(source, { signal }));
  const sorted = archive.entries.toSorted(inFileOrder);
  const isKnown = (entry: ArchiveEntry): boolean => isWorthAsking(entry) && receiver?.wants(entry) !== true;
  const known = source.crc32 === undefined ? [] : sorted.filter(isKnown);
  let bytesDone = 0;
  const count = (sizeBytes: number): void => {
    bytesDone += sizeBytes;
    onProgress?.(bytesDone);
  };
  /** Opens the bytes that must be read: up to the data of the next entry with a known checksum. */
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
    const sink = receiver?.wants(entry) === true ? receiver.open(entry) : null;
    try {
      // There are bytes to skip only before the first entry, see directory.ts.
      await stream.skip(entry.headerOffset - stream.position);
      await readLocalHeader(stream, entry);
      if (source.crc32 !== undefined && isKnown(entry)) {
        const start = stream.position;
        const end = start + entry.compressedBytes;
        await stream.close();
        bytesDone = start;
        assertChecksum(entry, await source.crc32(start, end, count));
        stream = openFrom(end);
      } else if (reason === null) await readContent(stream, entry, sink?.write ?? NOWHERE, signal);
      else await stream.skip(entry.compressedBytes);
      await readDataDescriptor(stream, entry);
    } catch (error) {
      await sink?.discard();
      throw isExpectedError(error, 'INTEGRITY') ? new DamagedEntryError(error, entry) : error;
    }
    await sink?.finish();
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
