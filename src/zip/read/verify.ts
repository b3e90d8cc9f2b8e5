import { setImmediate } from 'node:timers/promises';
import { isExpectedError } from '../../errors.ts';
import type { RangeSource } from '../../range/range-source.ts';
import { openByteStream } from './byte-stream.ts';
import { readDataDescriptor } from './data-descriptor.ts';
import { readDirectory } from './directory.ts';
import { inFileOrder } from './entry.ts';
import { readContent, unsupportedReason } from './entry-content.ts';
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
  let bytesDone = 0;
  const stream = openByteStream(source, 0, archive.directoryStart, {
    signal,
    reusesBlocks: true,
    onBlock: (sizeBytes) => {
      bytesDone += sizeBytes;
      onProgress?.(bytesDone);
    },
  });
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
      if (reason === null) await readContent(stream, entry, () => undefined, signal);
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
