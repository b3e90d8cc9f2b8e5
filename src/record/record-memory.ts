import type { FileHandle } from 'node:fs/promises';
import { createFingerprints, type Fingerprints } from './fingerprints.ts';
import { identityOf } from './record-file.ts';
import { endOfKey, isFileLine, isLineStart, keyOf, parseLine, type RecordLine } from './record-line.ts';
import { SCAN_START, type Scan, type ScanPosition, scanLines, type TakeLine } from './scan-lines.ts';

/** An estimate. The table grows if lines are shorter. */
const TYPICAL_LINE_BYTES = 400;
/** The size means nothing if the file is not a record. */
const MOST_EXPECTED = 4_000_000;
const CLOSING_BRACE = 0x7d;

/** The items of a record, as far as it was read. */
export interface RecordMemory {
  readonly fingerprints: Fingerprints;
  readonly itemCount: number;
  readonly position: ScanPosition;
  readonly tornBytes: number;
  /** Numbers of damaged lines. */
  readonly torn: readonly number[];
  /** Identifies the file; null if it did not exist. */
  readonly identity: string | null;
}

/** The memory of a record that does not exist yet. */
export function emptyMemory(random: () => number, sizeBytes: number): RecordMemory {
  return {
    fingerprints: createFingerprints(random, Math.min(sizeBytes / TYPICAL_LINE_BYTES, MOST_EXPECTED)),
    itemCount: 0,
    position: SCAN_START,
    tornBytes: 0,
    torn: [],
    identity: null,
  };
}

/** Reads the rest of a record. @throws as scanLines() */
export async function readRest(
  handle: FileHandle,
  file: string,
  { fingerprints, itemCount, position, identity }: RecordMemory,
  signal?: AbortSignal,
): Promise<RecordMemory> {
  let count = itemCount;
  const take: TakeLine = (bytes, start, end, isTrusted) => {
    if (isTrusted && bytes[end - 1] === CLOSING_BRACE && isLineStart(bytes, start, end)) {
      const keyEnd = endOfKey(bytes, start, end);
      if (keyEnd !== -1) {
        if (fingerprints.add(bytes, start, keyEnd) && !isFileLine(bytes, start)) count += 1;
        return true;
      }
    }
    const line = parseLine(bytes.toString('utf8', start, end));
    if (line === null) return false;
    if (remember(fingerprints, line) && line.kind !== 'file') count += 1;
    return true;
  };
  const scan: Scan = await scanLines(handle, { path: file, from: position, signal }, take);
  return {
    fingerprints,
    itemCount: count,
    position: scan,
    tornBytes: scan.tornBytes,
    torn: scan.torn,
    identity: identity ?? (await identityOf(handle)),
  };
}

/** Reads what other processes appended. A file that was replaced or shortened is read again. @throws as scanLines() */
export async function catchUp(
  handle: FileHandle,
  file: string,
  memory: RecordMemory,
  random: () => number,
): Promise<RecordMemory> {
  const sizeBytes = (await handle.stat()).size;
  const isSame = memory.identity === (await identityOf(handle)) && sizeBytes >= memory.position.offset;
  return await readRest(handle, file, isSame ? memory : emptyMemory(random, sizeBytes));
}

/** Whether an item is in the memory. */
export function isRemembered({ fingerprints }: RecordMemory, key: string): boolean {
  const bytes = Buffer.from(key);
  return fingerprints.has(bytes, 0, bytes.length);
}

/** Adds an item. @returns false if it was already there */
export function remember(fingerprints: Fingerprints, line: RecordLine): boolean {
  const key = Buffer.from(keyOf(line));
  return fingerprints.add(key, 0, key.length);
}

/** The lines to append: each new item once, and every file. */
export function withoutKnown(lines: readonly RecordLine[], memory: RecordMemory): readonly RecordLine[] {
  const seen = new Set<string>();
  return lines.filter((line) => {
    if (line.kind === 'file') return true;
    const key = keyOf(line);
    if (seen.has(key) || isRemembered(memory, key)) return false;
    seen.add(key);
    return true;
  });
}
