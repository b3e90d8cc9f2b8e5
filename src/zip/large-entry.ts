import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, constants, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { diskError } from '../disk/disk-error.ts';
import type { RangeSource } from '../range/range-source.ts';
import { openByteStream } from './byte-stream.ts';
import { combineCrc32 } from './crc32-combine.ts';
import { readDataDescriptor } from './data-descriptor.ts';
import type { ArchiveEntry } from './entry.ts';
import { createEntryFile, type EntryFile } from './entry-file.ts';
import { errorCode } from './error-code.ts';
import type { Place } from './folder.ts';
import { FIXED_BYTES, STORED } from './layout.ts';
import { readLocalHeader } from './local-header.ts';
import { damaged, showName } from './refusal.ts';
import type { StagingFolder } from './staging-folder.ts';
import { createTaskPool } from './task-pool.ts';

/** From this size on a stored entry is fetched in several ranges at once, and continued after an interruption. */
const LARGE_BYTES = 64 * 2 ** 20;
const PIECE_BYTES = 8 * 2 ** 20;
const HEADER_LIMIT_BYTES = 0xffff;

/** Whether an entry of a source that streams is worth the effort of `readLargeEntry`. */
export function isLarge({ methodNumber, sizeBytes }: ArchiveEntry): boolean {
  return methodNumber === STORED && sizeBytes >= LARGE_BYTES;
}

export interface LargeEntryOptions {
  readonly staging: StagingFolder;
  /** Pieces under way at once. */
  readonly parallel: number;
  readonly signal: AbortSignal | undefined;
  /** Told of bytes that are there, those of an earlier run included. */
  readonly count: (sizeBytes: number) => void;
}

/**
 * Brings a large stored entry into a part file piece by piece. A journal beside it, `KEY.part.done`,
 * has one line for each finished piece, its number and its CRC-32; it needs no syncing, as the pieces that
 * an earlier run left are read and compared before they count.
 * @returns the finished part, closed, under its temporary name
 * @throws ExpectedError INTEGRITY or UNSAFE when header, checksum or descriptor are wrong, DISK, what the
 *   source throws; what is finished stays for the next run, unless the whole turned out wrong
 */
export async function readLargeEntry(
  source: RangeSource,
  entry: ArchiveEntry,
  { staging, parallel, signal, count }: LargeEntryOptions,
): Promise<EntryFile> {
  const dataStart = await readHeader(source, entry);
  const key = partKey(entry);
  const part = staging.partPlace(key);
  const journal = staging.journalPlace(key);
  const file = createEntryFile(part, { continues: true });
  const checksums = trustedPieces(part, journal, entry);
  try {
    for (const index of checksums.keys()) count(pieceEnd(entry, index) - index * PIECE_BYTES);
    const pool = createTaskPool(parallel);
    const fetchPiece = async (index: number): Promise<void> => {
      const checksum = await readPiece({ source, entry, dataStart, index, pool, signal, count }, file);
      checksums.set(index, checksum);
      appendLine(journal, `${index} ${checksum}\n`);
    };
    try {
      for (let index = 0; index * PIECE_BYTES < entry.sizeBytes; index++) {
        if (!checksums.has(index)) await pool.run(() => fetchPiece(index));
      }
    } finally {
      await pool.finish();
    }
    await checkEnd(source, entry, dataStart);
  } catch (error) {
    if (checksums.size === 0) await file.discard();
    else await file.close();
    throw error;
  }
  rmSync(journal.path, { force: true });
  if (wholeChecksum(entry, checksums) !== entry.crc32) {
    await file.discard();
    throw damaged(`the checksum (CRC-32) of entry ${showName(entry.path)} is wrong`);
  }
  await file.finish();
  return file;
}

/** The same entry has the same key in every run; that its bytes are the same, the checksum proves in the end. */
function partKey({ path, sizeBytes, crc32: checksum }: ArchiveEntry): string {
  return createHash('sha256').update(`${path}\0${sizeBytes}\0${checksum}`).digest('hex').slice(0, 32);
}

/** Where the data of the entry begin. */
async function readHeader(source: RangeSource, entry: ArchiveEntry): Promise<number> {
  const { headerOffset, rawName, endOffset } = entry;
  const end = headerOffset + FIXED_BYTES.localHeader + rawName.length + HEADER_LIMIT_BYTES;
  const stream = openByteStream(source, headerOffset, Math.min(end, endOffset));
  try {
    await readLocalHeader(stream, entry);
    return stream.position;
  } finally {
    await stream.close();
  }
}

async function checkEnd(source: RangeSource, entry: ArchiveEntry, dataStart: number): Promise<void> {
  const stream = openByteStream(source, dataStart + entry.compressedBytes, entry.endOffset);
  try {
    await readDataDescriptor(stream, entry);
  } finally {
    await stream.close();
  }
}

interface PieceOptions extends Pick<LargeEntryOptions, 'signal' | 'count'> {
  readonly source: RangeSource;
  readonly entry: ArchiveEntry;
  readonly dataStart: number;
  readonly index: number;
  readonly pool: { check(): void };
}

/** Writes one piece to its place and gives its CRC-32. */
async function readPiece(
  { source, entry, dataStart, index, pool, signal, count }: PieceOptions,
  file: EntryFile,
): Promise<number> {
  const start = index * PIECE_BYTES;
  const end = pieceEnd(entry, index);
  const stream = openByteStream(source, dataStart + start, dataStart + end, { signal });
  let checksum = 0;
  try {
    for (let position = start; position < end; ) {
      const bytes = await stream.next(end - position);
      pool.check();
      checksum = crc32(bytes, checksum);
      await file.writeAt(bytes, position);
      position += bytes.length;
      count(bytes.length);
    }
  } finally {
    await stream.close();
  }
  return checksum;
}

function pieceEnd({ sizeBytes }: ArchiveEntry, index: number): number {
  return Math.min((index + 1) * PIECE_BYTES, sizeBytes);
}

function wholeChecksum(entry: ArchiveEntry, checksums: ReadonlyMap<number, number>): number {
  let whole = 0;
  for (let index = 0; index * PIECE_BYTES < entry.sizeBytes; index++) {
    whole = combineCrc32(whole, checksums.get(index) ?? 0, pieceEnd(entry, index) - index * PIECE_BYTES);
  }
  return whole;
}

function appendLine({ path, shownPath }: Place, line: string): void {
  try {
    appendFileSync(path, line, { mode: 0o600 });
  } catch (error) {
    throw diskError(error, shownPath, 'write');
  }
}

/** Which pieces an earlier run left whole, with their CRC-32: those that its journal names and that are what it says. */
function trustedPieces(part: Place, journal: Place, entry: ArchiveEntry): Map<number, number> {
  const trusted = new Map<number, number>();
  const lines = readJournal(journal);
  if (lines.length === 0) return trusted;
  const descriptor = openSync(part.path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
    for (const [index, checksum] of lines) {
      const start = index * PIECE_BYTES;
      if (start >= entry.sizeBytes) continue;
      const length = pieceEnd(entry, index) - start;
      const found = readSync(descriptor, buffer, 0, length, start);
      if (found === length && crc32(buffer.subarray(0, length)) === checksum) trusted.set(index, checksum);
    }
  } catch (error) {
    throw diskError(error, part.shownPath, 'read');
  } finally {
    closeSync(descriptor);
  }
  return trusted;
}

/** A line that was cut when the machine stopped is no line. */
function readJournal({ path, shownPath }: Place): readonly (readonly [index: number, checksum: number])[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw diskError(error, shownPath, 'read');
  }
  return [...text.matchAll(/^(\d{1,9}) (\d{1,10})\n/gm)].map((match) => [Number(match[1]), Number(match[2])]);
}
