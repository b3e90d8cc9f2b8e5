import type { RangeSource } from '../../range/range-source.ts';
import { FIXED_BYTES, isSpanMarker, readUInt64, SENTINEL_16, SENTINEL_32, SIGNATURE } from './layout.ts';
import { damaged, refused, SplitArchiveError } from './refusal.ts';

/** Location and size of the directory. Checked: it ends exactly where the end records begin. */
export interface EndRecord {
  readonly entryCount: number;
  readonly directoryStart: number;
  readonly directoryEnd: number;
  /** The last bytes of the archive, and their offset. */
  readonly tail: Buffer;
  readonly tailStart: number;
}

const COMMENT_LIMIT_BYTES = 0xffff;
/** Writers to pipes and tapes fill the last block with zeros. bsdtar uses blocks of 20 × 512 bytes. */
const PADDING_LIMIT_BYTES = 10_240 - 1;
const PADDED_BLOCK_BYTES = 512;
/** Always enough for all end records, unless padding follows them: read it in one request. */
export const TAIL_BYTES =
  FIXED_BYTES.zip64End + FIXED_BYTES.zip64Locator + FIXED_BYTES.end + COMMENT_LIMIT_BYTES;
const END_SIGNATURE = Buffer.from('PK\x05\x06', 'latin1');

/**
 * Reads the end of the archive and finds the only valid end-of-directory record. Its comment must end
 * at the end of the file, or at the padding of the last block.
 * @throws ExpectedError INTEGRITY (no record, truncated, inconsistent numbers) or UNSAFE (bytes before or
 *   after the archive, a second end record, several disks)
 */
export async function readEndRecord(source: RangeSource): Promise<EndRecord> {
  const { tail, tailStart } = await readTail(source);
  const position = findEnd(tail, tailStart);
  if (position === null) throw await missingEnd(source);
  const numbers = readNumbers(tail, tailStart, position);
  const directoryEnd = numbers.directoryStart + numbers.directoryBytes;
  if (directoryEnd !== numbers.limit) throw misfit(tail, tailStart, numbers);
  return {
    entryCount: numbers.entryCount,
    directoryStart: numbers.directoryStart,
    directoryEnd,
    tail,
    tailStart,
  };
}

/** Reads the end of the archive, and more of it if padding may follow the end records. */
async function readTail(source: RangeSource): Promise<Pick<EndRecord, 'tail' | 'tailStart'>> {
  const tailStart = Math.max(0, source.sizeBytes - TAIL_BYTES);
  const tail = await source.read(tailStart, source.sizeBytes);
  const widerStart = Math.max(0, tailStart - paddingBytesOf(tail, tailStart));
  if (widerStart === tailStart || hasEndAtEnd(tail)) return { tail, tailStart };
  const before = await source.read(widerStart, tailStart);
  return { tail: Buffer.concat([before, tail]), tailStart: widerStart };
}

/** Whether zeros at the end of the file belong to an end record or its comment. */
function hasEndAtEnd(tail: Buffer): boolean {
  for (let position = tail.lastIndexOf(END_SIGNATURE); position > 0; ) {
    const end = position + FIXED_BYTES.end;
    if (end <= tail.length && end + tail.readUInt16LE(end - 2) === tail.length) return true;
    position = tail.lastIndexOf(END_SIGNATURE, position - 1);
  }
  return false;
}

async function missingEnd(source: RangeSource): Promise<Error> {
  const head = await source.read(0, Math.min(FIXED_BYTES.spanMarker, source.sizeBytes));
  return isSpanMarker(head)
    ? new SplitArchiveError('it starts like the first of several parts and has no end')
    : damaged('its end is missing (no end-of-directory record)');
}

/** The position in `tail` of the only end record whose comment ends with the file; null if there is none. */
function findEnd(tail: Buffer, tailStart: number): number | null {
  // A negative offset would count from the end.
  if (tail.length < FIXED_BYTES.end) return null;
  const paddingBytes = paddingBytesOf(tail, tailStart);
  let found: number | null = null;
  let last: number | null = null;
  let isFollowed = false;
  for (
    let position = tail.lastIndexOf(END_SIGNATURE, tail.length - FIXED_BYTES.end);
    position >= 0;
    position = position === 0 ? -1 : tail.lastIndexOf(END_SIGNATURE, position - 1)
  ) {
    last ??= position;
    const commentEnd = position + FIXED_BYTES.end + tail.readUInt16LE(position + 20);
    if (commentEnd <= tail.length && commentEnd >= tail.length - paddingBytes) {
      if (found !== null) throw refused('it has two end records that both fit');
      found = position;
    } else if (commentEnd < tail.length && describesWholeFile(tail, tailStart, position)) {
      isFollowed = true;
    }
  }
  if (found !== null) {
    if (found !== last) throw refused('its comment contains a second end record');
    return found;
  }
  if (isFollowed) throw refused('it is followed by bytes that do not belong to it');
  if (last === null) return null;
  throw damaged('its end record is cut or does not fit');
}

/** The number of trailing zeros that could be padding. */
function paddingBytesOf(tail: Buffer, tailStart: number): number {
  if ((tailStart + tail.length) % PADDED_BLOCK_BYTES !== 0) return 0;
  const limit = Math.min(PADDING_LIMIT_BYTES, tail.length);
  let count = 0;
  while (count < limit && tail[tail.length - 1 - count] === 0) count++;
  return count;
}

/** Whether a record before the end would be valid if the file ended there. */
function describesWholeFile(tail: Buffer, tailStart: number, position: number): boolean {
  const directoryEnd = tail.readUInt32LE(position + 12) + tail.readUInt32LE(position + 16);
  return directoryEnd === tailStart + position || hasLocator(tail, position);
}

function hasLocator(tail: Buffer, position: number): boolean {
  const locator = position - FIXED_BYTES.zip64Locator;
  return locator >= 0 && tail.readUInt32LE(locator) === SIGNATURE.zip64Locator;
}

interface EndNumbers {
  readonly entryCount: number;
  readonly directoryStart: number;
  readonly directoryBytes: number;
  /** The offset of the first end record. */
  readonly limit: number;
}

/**
 * End of central directory record, APPNOTE 4.3.16:
 *    0 signature 4 · 4 this disk 2 · 6 disk of the directory 2 · 8 entries on this disk 2 · 10 entries 2
 *   12 directory bytes 4 · 16 directory start 4 · 20 comment bytes 2 · 22 comment (not read)
 */
function readNumbers(tail: Buffer, tailStart: number, position: number): EndNumbers {
  const disk = tail.readUInt16LE(position + 4);
  const directoryDisk = tail.readUInt16LE(position + 6);
  const entriesHere = tail.readUInt16LE(position + 8);
  const entryCount = tail.readUInt16LE(position + 10);
  const directoryBytes = tail.readUInt32LE(position + 12);
  const directoryStart = tail.readUInt32LE(position + 16);
  if (!hasLocator(tail, position)) {
    checkDisks(disk, directoryDisk, entriesHere, entryCount);
    return { entryCount, directoryStart, directoryBytes, limit: tailStart + position };
  }

  const large = readZip64Numbers(tail, tailStart, position);
  const isSame =
    agrees(disk, SENTINEL_16, 0) &&
    agrees(directoryDisk, SENTINEL_16, 0) &&
    agrees(entriesHere, SENTINEL_16, large.entryCount) &&
    agrees(entryCount, SENTINEL_16, large.entryCount) &&
    agrees(directoryBytes, SENTINEL_32, large.directoryBytes) &&
    agrees(directoryStart, SENTINEL_32, large.directoryStart);
  if (!isSame) throw refused('its end record and its zip64 end record contradict each other');
  return large;
}

function agrees(small: number, sentinel: number, large: number): boolean {
  return small === sentinel || small === large;
}

function checkDisks(disk: number, directoryDisk: number, entriesHere: number, entryCount: number): void {
  if (disk !== 0 || directoryDisk !== 0 || entriesHere !== entryCount) {
    throw new SplitArchiveError('it spans several disks');
  }
}

/**
 * Zip64 end of central directory locator, APPNOTE 4.3.15, directly before the end record:
 *    0 signature 4 · 4 disk of the zip64 record 4 · 8 its start 8 · 16 number of disks 4
 * Zip64 end of central directory record, APPNOTE 4.3.14, directly before the locator:
 *    0 signature 4 · 4 bytes that follow 8 (44: version 1, nothing extensible) · 12 made by 2 (not read)
 *   14 version needed 2 (not read) · 16 this disk 4 · 20 disk of the directory 4 · 24 entries on this disk 8
 *   32 entries 8 · 40 directory bytes 8 · 48 directory start 8
 */
function readZip64Numbers(tail: Buffer, tailStart: number, end: number): EndNumbers {
  const locator = end - FIXED_BYTES.zip64Locator;
  const record = locator - FIXED_BYTES.zip64End;
  const start = readUInt64(tail, locator + 8);
  if (record < 0 || tail.readUInt32LE(record) !== SIGNATURE.zip64End) {
    throw damaged('its zip64 end record is missing or not supported');
  }
  if (start !== tailStart + record) {
    throw start !== null && start < tailStart + record
      ? refused('it is preceded by bytes that do not belong to it')
      : damaged('its zip64 end record is not where it should be');
  }
  if (readUInt64(tail, record + 4) !== FIXED_BYTES.zip64End - 12) {
    throw damaged('its zip64 end record has the wrong length');
  }
  const entriesHere = readUInt64(tail, record + 24);
  const entryCount = readUInt64(tail, record + 32);
  const directoryBytes = readUInt64(tail, record + 40);
  const directoryStart = readUInt64(tail, record + 48);
  if (entryCount === null || directoryBytes === null || directoryStart === null) {
    throw damaged('its zip64 end record holds a number above 2^53');
  }
  const isOneDisk =
    tail.readUInt32LE(locator + 4) === 0 &&
    // Some writers leave the number of disks at 0.
    tail.readUInt32LE(locator + 16) <= 1 &&
    tail.readUInt32LE(record + 16) === 0 &&
    tail.readUInt32LE(record + 20) === 0;
  if (!isOneDisk || entriesHere !== entryCount) throw new SplitArchiveError('it spans several disks');
  return { entryCount, directoryStart, directoryBytes, limit: tailStart + record };
}

/** Explains why a directory that does not end at the end records is rejected. */
function misfit(tail: Buffer, tailStart: number, numbers: EndNumbers): Error {
  const { directoryStart, directoryBytes, limit } = numbers;
  const directoryEnd = directoryStart + directoryBytes;
  if (directoryEnd < limit) {
    const signatureAt = (position: number): number =>
      position >= tailStart && position + 4 <= tailStart + tail.length
        ? tail.readUInt32LE(position - tailStart)
        : 0;
    if (signatureAt(directoryEnd) === SIGNATURE.end) return refused('it has two end records');
    const shifted = signatureAt(limit - directoryBytes);
    if (directoryBytes === 0 || shifted === SIGNATURE.centralHeader) {
      return refused(
        `it is preceded by ${limit - directoryEnd} bytes that do not belong to it, or its end was moved`,
      );
    }
  }
  return damaged(`its directory should end at byte ${limit}, its end record says ${directoryEnd}`);
}
