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

export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes of the archive have been looked at. */
  readonly onProgress?: ((bytesDone: number) => void) | undefined;
  /** Takes the content of entries as they pass; each is whole and right when its sink is finished. */
  readonly receiver?: EntryReceiver | null | undefined;
}

const NOWHERE: ByteSink = () => undefined;

/**
 * Reads the whole archive once, from the first byte to the last: every local header agrees with the
 * directory, every entry unpacks to its declared size and CRC, and no byte belongs to none or to two.
 * @throws DamagedEntryError, ExpectedError INTEGRITY or UNSAFE, naming the entry; the signal's reason when aborted
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
    const sink = receiver?.wants(entry) === true ? receiver.open(entry) : null;
    try {
      // There is something to pass over before the first one only, see directory.ts.
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
