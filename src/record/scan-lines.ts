import type { FileHandle } from 'node:fs/promises';
import { onDisk } from '../disk/disk-error.ts';
import { ExpectedError } from '../errors.ts';
import { isLineStart } from './record-line.ts';

/** Where a record is read from, and how far it was read. */
export interface ScanPosition {
  /** Of the byte after the last line that counts. */
  readonly offset: number;
  /** How many lines are before it. */
  readonly lines: number;
  /** Whether the last line that counts has its LF, so that another one may follow at once. */
  readonly isLineEnded: boolean;
}

export const SCAN_START: ScanPosition = { offset: 0, lines: 0, isLineEnded: true };

export interface Scan extends ScanPosition {
  /** Numbers of lines that a crash has damaged, and that do not count. */
  readonly torn: readonly number[];
  /** Bytes of such lines after the last line that counts; they are cut off before anything is appended. */
  readonly tornBytes: number;
}

/**
 * Takes one line, without its end.
 * @param isTrusted false where all of it must be read: it is the last one, or strange bytes are near
 * @returns whether it is a line of a record
 */
export type TakeLine = (bytes: Buffer, start: number, end: number, isTrusted: boolean) => boolean;

const BLOCK_BYTES = 2 ** 20;
/** No line of a record comes near it. */
const MOST_LINE_BYTES = 2 ** 20;
const LF = 0x0a;
const CR = 0x0d;
const BLANK: ReadonlySet<number> = new Set([0x20, 0x09, CR]);
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
/** What a crash of the machine leaves of a block that was not written; a single NUL may be UTF-16. */
const NUL_RUN = Buffer.alloc(8);

interface Line {
  /** In the buffer, without blanks around it. */
  readonly start: number;
  readonly end: number;
  /** Of the byte after it and its LF, in the file. */
  readonly after: number;
  readonly number: number;
}

/**
 * Reads the lines of a record from a place on. Tolerated are a byte-order mark, CRs, blank lines, a last line without
 * an LF, and what a crash leaves: a last line that is cut off, and runs of NULs.
 * @throws ExpectedError CONFIG with the number of any other broken line, DISK, the signal's reason when aborted
 */
export async function scanLines(
  file: FileHandle,
  { path, from, signal }: { path: string; from: ScanPosition; signal?: AbortSignal | undefined },
  take: TakeLine,
): Promise<Scan> {
  const buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES + MOST_LINE_BYTES);
  const torn: number[] = [];
  /** The place in the file of the first byte in the buffer, and how many are there. */
  let base = from.offset;
  let filled = 0;
  /** Where the next line begins in the buffer. */
  let next = 0;
  // What was read last may have ended within a line, which the first LF ends.
  let lines = from.isLineEnded ? from.lines : from.lines - 1;
  let goodOffset = from.offset;
  let goodLines = from.lines;
  let hasNul = false;
  /** It is taken once it is known whether it is the last one. */
  let waiting: Line | null = null;

  const takeLine = ({ start, end, after, number }: Line, isLast: boolean): void => {
    if (take(buffer, start, end, !isLast && !hasNul)) {
      goodOffset = after;
      goodLines = number;
      return;
    }
    const line = buffer.subarray(start, end);
    const isTorn = (hasNul && line.includes(NUL_RUN)) || (isLast && isCutOff(line));
    if (!isTorn) throw brokenLine(path, number, line);
    torn.push(number);
  };
  const findText = (end: number, after: number): Line | null => {
    lines += 1;
    const isFirst = base + next === 0;
    if (isFirst && isUtf16(buffer.subarray(0, end))) throw brokenLine(path, 1, buffer.subarray(0, end));
    const start = isFirst && buffer.subarray(0, Math.min(3, end)).equals(BYTE_ORDER_MARK) ? 3 : next;
    let stop = end;
    while (stop > start && BLANK.has(buffer[stop - 1] ?? 0)) stop -= 1;
    return stop === start ? null : { start, end: stop, after, number: lines };
  };

  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await onDisk(file.read(buffer, filled, BLOCK_BYTES, base + filled), path, 'read');
    if (bytesRead === 0) break;
    hasNul ||= buffer.subarray(filled, filled + bytesRead).includes(0);
    filled += bytesRead;
    const arrived = buffer.subarray(0, filled);
    for (let end = arrived.indexOf(LF, next); end !== -1; end = arrived.indexOf(LF, next)) {
      const line = findText(end, base + end + 1);
      next = end + 1;
      if (line === null) continue;
      if (waiting !== null) takeLine(waiting, false);
      waiting = line;
    }
    if (filled - next > MOST_LINE_BYTES / 2) throw brokenLine(path, lines + 1, arrived.subarray(next));
    // The line that waits stays in the buffer, and so does what has come of the next one.
    const dropped: number = waiting?.start ?? next;
    buffer.copyWithin(0, dropped, filled);
    base += dropped;
    filled -= dropped;
    next -= dropped;
    if (waiting !== null) waiting = { ...waiting, start: 0, end: waiting.end - dropped };
  }
  const isLineEnded = filled === 0 ? from.isLineEnded : buffer[filled - 1] === LF;
  const last = next < filled ? findText(filled, base + filled) : null;
  if (waiting !== null) takeLine(waiting, last === null);
  if (last !== null) takeLine(last, true);
  const end = base + filled;
  // Blank lines at the end stay; what is torn there goes.
  return torn.some((number) => number > goodLines)
    ? { offset: goodOffset, lines: goodLines, isLineEnded: true, torn, tornBytes: end - goodOffset }
    : { offset: end, lines, isLineEnded, torn, tornBytes: 0 };
}

/** Whether it is the beginning of a line of ours, and not something that somebody else has written. */
function isCutOff(line: Buffer): boolean {
  return isLineStart(line, 0, line.length) && !isJson(line);
}

function isJson(line: Buffer): boolean {
  try {
    JSON.parse(line.toString());
    return true;
  } catch {
    return false;
  }
}

function isUtf16(line: Buffer): boolean {
  return (line[0] === 0xff && line[1] === 0xfe) || (line[0] === 0xfe && line[1] === 0xff);
}

function brokenLine(path: string, number: number, line: Buffer): ExpectedError {
  const why = isUtf16(line) ? 'is UTF-16, not UTF-8' : 'is not a line of a record';
  return new ExpectedError('CONFIG', `${path}: line ${number} ${why}`, {
    hint: `correct or remove line ${number}; nothing was changed`,
  });
}
