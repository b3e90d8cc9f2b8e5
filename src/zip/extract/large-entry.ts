import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { RangeSource } from '../../range/range-source.ts';
import { createTaskPool } from '../../task-pool.ts';
import { openByteStream } from '../read/byte-stream.ts';
import { combineCrc32 } from '../read/crc32-combine.ts';
import { readDataDescriptor } from '../read/data-descriptor.ts';
import type { ArchiveEntry } from '../read/entry.ts';
import { assertChecksum } from '../read/entry-content.ts';
import { STORED } from '../read/layout.ts';
import { readDataStart } from '../read/local-header.ts';
import { BLOCK_BYTES, type BlockJournal, blockEnd, openBlockJournal } from './block-journal.ts';
import { createEntryFile, type EntryFile } from './entry-file.ts';
import type { StagingFolder } from './staging-folder.ts';

/** From this size on a stored entry is fetched in several ranges at once, and continued after an interruption. */
const LARGE_BYTES = 64 * 2 ** 20;
/** One request brings so many blocks. */
const PIECE_BLOCKS = 8;

/** Whether an entry is worth the effort of `unpackLargeEntry`: a stored one of a source that streams. */
export function isLarge({ stream }: RangeSource, { methodNumber, sizeBytes }: ArchiveEntry): boolean {
  return stream !== undefined && methodNumber === STORED && sizeBytes >= LARGE_BYTES;
}

/** The same entry has the same key in every run; that its bytes are the same, the checksum proves in the end. */
export function partKey({ path, sizeBytes, crc32: checksum }: ArchiveEntry): string {
  return createHash('sha256').update(`${path}\0${sizeBytes}\0${checksum}`).digest('hex').slice(0, 32);
}

export interface LargeEntryOptions {
  readonly staging: StagingFolder;
  /** Pieces under way at once. */
  readonly parallel: number;
  readonly signal: AbortSignal | undefined;
  /** Told of bytes that are there, those of an earlier run included. */
  readonly count: (sizeBytes: number) => void;
  /** Gives the finished file its name. */
  readonly publish: (file: EntryFile) => Promise<void>;
}

/**
 * Brings a large stored entry into a part file piece by piece, each of several blocks, and has it published.
 * A journal beside it, `KEY.part.done`, names the blocks that are finished; it goes last.
 * @throws ExpectedError INTEGRITY or UNSAFE when header, checksum or descriptor are wrong, DISK, what the
 *   source and `publish` throw; what is finished stays for the next run, unless the whole turned out wrong
 */
export async function unpackLargeEntry(
  source: RangeSource,
  entry: ArchiveEntry,
  options: LargeEntryOptions,
): Promise<void> {
  const { staging, publish } = options;
  const dataStart = await readDataStart(source, entry);
  const key = partKey(entry);
  const part = staging.partPlace(key);
  const journal = openBlockJournal(staging.journalPlace(key), part);
  const file = createEntryFile(part, { continuesBytes: entry.sizeBytes });
  let isAllThere = false;
  try {
    const checksums = await bringBlocks({ source, entry, dataStart, file, journal }, options);
    await checkEnd(source, entry, dataStart);
    isAllThere = true;
    assertChecksum(entry, wholeChecksum(entry, checksums));
    await file.finish();
  } catch (error) {
    // Neither wrong bytes nor those that the disk did not take in the end are to be trusted again.
    if (isAllThere) journal.remove();
    if (journal.exists()) await file.close();
    else await file.discard();
    throw error;
  }
  await publish(file);
  journal.remove();
}

async function checkEnd(source: RangeSource, entry: ArchiveEntry, dataStart: number): Promise<void> {
  const stream = openByteStream(source, dataStart + entry.compressedBytes, entry.endOffset);
  try {
    await readDataDescriptor(stream, entry);
  } finally {
    await stream.close();
  }
}

interface Fetching {
  readonly source: RangeSource;
  readonly entry: ArchiveEntry;
  readonly dataStart: number;
  readonly file: EntryFile;
  readonly journal: BlockJournal;
}

/** Fetches what an earlier run did not leave. @returns the CRC-32 of each block */
async function bringBlocks(
  fetching: Fetching,
  { parallel, signal, count }: LargeEntryOptions,
): Promise<ReadonlyMap<number, number>> {
  const { entry, journal } = fetching;
  const checksums = new Map<number, number>();
  for await (const [block, checksum] of journal.trusted(entry.sizeBytes, signal)) {
    checksums.set(block, checksum);
    count(blockBytes(entry, block));
  }
  const pool = createTaskPool(parallel);
  const onBytes = (sizeBytes: number): void => {
    pool.check();
    count(sizeBytes);
  };
  const fetchPiece = async (piece: Piece): Promise<void> => {
    for await (const [block, checksum] of readPiece(fetching, piece, { signal, onBytes })) {
      journal.add(block, checksum);
      checksums.set(block, checksum);
    }
  };
  try {
    for (const piece of missingPieces(entry, checksums)) await pool.run(() => fetchPiece(piece));
  } finally {
    await pool.finish();
  }
  return checksums;
}

/** Blocks that one request brings; `end` not included. */
interface Piece {
  readonly start: number;
  readonly end: number;
}

function* missingPieces(entry: ArchiveEntry, checksums: ReadonlyMap<number, number>): Generator<Piece> {
  const blocks = blockCount(entry);
  let start = 0;
  for (let block = 0; block <= blocks; block++) {
    const isMissing = block < blocks && !checksums.has(block);
    if (isMissing && block - start < PIECE_BLOCKS) continue;
    if (block > start) yield { start, end: block };
    start = isMissing ? block : block + 1;
  }
}

/** Writes the blocks of a piece to their place, and gives the CRC-32 of each when it is there. */
async function* readPiece(
  { source, entry, dataStart, file }: Fetching,
  { start, end }: Piece,
  { signal, onBytes }: { signal: AbortSignal | undefined; onBytes: (sizeBytes: number) => void },
): AsyncGenerator<[block: number, checksum: number]> {
  let position = start * BLOCK_BYTES;
  const pieceEnd = dataStart + blockEnd(end - 1, entry.sizeBytes);
  const stream = openByteStream(source, dataStart + position, pieceEnd, { signal });
  try {
    for (let block = start; block < end; block++) {
      let checksum = 0;
      for (const stop = blockEnd(block, entry.sizeBytes); position < stop; ) {
        const bytes = await stream.next(stop - position);
        checksum = crc32(bytes, checksum);
        await file.writeAt(bytes, position);
        position += bytes.length;
        onBytes(bytes.length);
      }
      yield [block, checksum];
    }
  } finally {
    await stream.close();
  }
}

function blockCount({ sizeBytes }: ArchiveEntry): number {
  return Math.ceil(sizeBytes / BLOCK_BYTES);
}

function blockBytes({ sizeBytes }: ArchiveEntry, block: number): number {
  return blockEnd(block, sizeBytes) - block * BLOCK_BYTES;
}

function wholeChecksum(entry: ArchiveEntry, checksums: ReadonlyMap<number, number>): number {
  let whole = 0;
  for (let block = 0; block < blockCount(entry); block++) {
    whole = combineCrc32(whole, checksums.get(block) ?? 0, blockBytes(entry, block));
  }
  return whole;
}
