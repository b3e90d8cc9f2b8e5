import type { FileHandle } from 'node:fs/promises';
import { onDisk } from '../disk/disk-error.ts';
import { ExpectedError } from '../errors.ts';
import { isLineStart } from './record-line.ts';

/** How far a record was read. */
export interface ScanPosition {
  /** After the last valid line. */
  readonly offset: number;
  /** The number of lines before it. */
  readonly lines: number;
  /** Whether the last valid line ends with an LF, so that another line can follow. */
  readonly isLineEnded: boolean;
}

export const SCAN_START: ScanPosition = { offset: 0, lines: 0, isLineEnded: true };

export interface Scan extends ScanPosition {
  /** Numbers of lines that a crash damaged. They are ignored. */
  readonly torn: readonly number[];
  /** Bytes of damaged lines at the end. The next append removes them. */
  readonly tornBytes: number;
}

/**
 * Receives one line, without its line break.
 * @param isTrusted false if the line must be parsed completely: it is the last one, or there are NUL bytes
 * @returns whether it is a line of a record
 */
export type TakeLine = (bytes: Buffer, start: number, end: number, isTrusted: boolean) => boolean;

const BLOCK_BYTES = 2 ** 20;
/** Lines of a record are much shorter. */
const MOST_LINE_BYTES = 2 ** 20;
const LF = 0x0a;
const CR = 0x0d;
const BLANK: ReadonlySet<number> = new Set([0x20, 0x09, CR]);
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
/** A crash of the machine leaves NULs in blocks that were not written. A single NUL may be UTF-16. */
const NUL_RUN = Buffer.alloc(8);

interface Line {
  /** Offsets in the buffer, without surrounding blanks. */
  readonly start: number;
  readonly end: number;
  /** Offset in the file after the line and its LF. */
  readonly after: number;
  readonly number: number;
}

/**
 * Reads the lines of a record from a position. Accepts a byte-order mark, CRs, blank lines, a last line without an LF,
 * and damage from a crash: a last line that is cut off, and runs of NULs.
 * @throws ExpectedError CONFIG with the number of any other broken line, DISK, the signal's reason when aborted
 */
export async function scanLines(
  file: FileHandle,
  { path, from, signal }: { path: string; from: ScanPosition; signal?: AbortSignal | undefined },
  take: TakeLine,
): Promise<Scan> {
  const buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES + MOST_LINE_BYTES);
  const torn: number[] = [];
  /** Offset in the file of the first byte in the buffer, and the number of bytes in it. */
  let base = from.offset;
  let filled = 0;
  /** Start of the next line in the buffer. */
  let next = 0;
  // The previous read may have ended inside a line.
  let lines = from.isLineEnded ? from.lines : from.lines - 1;
  let goodOffset = from.offset;
  let goodLines = from.lines;
  let hasNul = false;
  /** Passed on when it is known whether it is the last line. */
  let waiting: Line | null = null;

  const processLine = ({ start, end, after, number }: Line, isLast: boolean): void => {
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
      if (waiting !== null) processLine(waiting, false);
      waiting = line;
    }
    if (filled - next > MOST_LINE_BYTES / 2) throw brokenLine(path, lines + 1, arrived.subarray(next));
    // Keeps the waiting line and the start of the next one.
    const dropped: number = waiting?.start ?? next;
    buffer.copyWithin(0, dropped, filled);
    base += dropped;
    filled -= dropped;
    next -= dropped;
    if (waiting !== null) waiting = { ...waiting, start: 0, end: waiting.end - dropped };
  }
  const isLineEnded = filled === 0 ? from.isLineEnded : buffer[filled - 1] === LF;
  const last = next < filled ? findText(filled, base + filled) : null;
  if (waiting !== null) processLine(waiting, last === null);
  if (last !== null) processLine(last, true);
  const end = base + filled;
  // Blank lines at the end stay. Damaged lines are removed.
  return torn.some((number) => number > goodLines)
    ? { offset: goodOffset, lines: goodLines, isLineEnded: true, torn, tornBytes: end - goodOffset }
    : { offset: end, lines, isLineEnded, torn, tornBytes: 0 };
}

/** The warning about lines that a crash cut off. */
export function tornLinesText(path: string, torn: readonly number[]): string {
  return `${path}: ignoring ${torn.length === 1 ? 'line' : 'lines'} ${torn.join(', ')}, cut off by a crash`;
}

/** Whether it is the start of a line of a record, and not text from another program. */
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
