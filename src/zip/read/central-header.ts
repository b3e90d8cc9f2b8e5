import type { ArchiveEntry, EntryKind } from './entry.ts';
import { decodeName } from './entry-name.ts';
import { entryPath } from './entry-path.ts';
import { modifiedTimeMs } from './entry-time.ts';
import { readExtraFields } from './extra-fields.ts';
import {
  FIXED_BYTES,
  FLAG,
  isEncrypted,
  methodName,
  readUInt64,
  SENTINEL_16,
  SENTINEL_32,
  SIGNATURE,
  STORED,
} from './layout.ts';
import type { NameDecoder } from './name-encoding.ts';
import { damaged, refused, SplitArchiveError, showName } from './refusal.ts';
import { readZip64Row } from './zip64-field.ts';

/** An entry whose end offset is not known yet. */
export type Draft = { -readonly [Key in keyof ArchiveEntry]: ArchiveEntry[Key] };

/**
 * Reads the central header at `start` of `directory`, and returns the offset of the next one. APPNOTE 4.3.12:
 *    0 signature 4 · 4 version made by 2 (upper byte: system) · 6 version needed 2 (not read) · 8 flags 2
 *   10 method 2 · 12 DOS time 2 · 14 DOS date 2 · 16 CRC-32 4 · 20 compressed size 4 · 24 size 4
 *   28 name bytes 2 · 30 extra bytes 2 · 32 comment bytes 2 · 34 disk 2 · 36 internal attributes 2 (not read)
 *   38 external attributes 4 · 42 local header offset 4 · 46 name, extra fields, comment (not read)
 * @param decode for names without a declared encoding
 * @throws ExpectedError INTEGRITY or UNSAFE
 */
export function readCentralHeader(
  directory: Buffer,
  start: number,
  decode: NameDecoder | null = null,
): { entry: Draft; next: number } {
  const nameStart = start + FIXED_BYTES.centralHeader;
  if (nameStart > directory.length || directory.readUInt32LE(start) !== SIGNATURE.centralHeader) {
    throw damaged(
      'its directory has fewer entries than its end record says, or unexpected bytes between them',
    );
  }
  const nameEnd = nameStart + directory.readUInt16LE(start + 28);
  const extraEnd = nameEnd + directory.readUInt16LE(start + 30);
  const next = extraEnd + directory.readUInt16LE(start + 32);
  if (next > directory.length) throw damaged('the last entry of its directory is cut');

  const nameBytes = directory.subarray(nameStart, nameEnd);
  const where = (): string => `entry ${showName(nameBytes.toString('utf8'))}`;
  const extra = readExtraFields(directory.subarray(nameEnd, extraEnd), where);
  const flags = directory.readUInt16LE(start + 8);
  const methodNumber = directory.readUInt16LE(start + 10);
  const decoded = decodeName(nameBytes, (flags & FLAG.utf8) !== 0, extra.unicodePath, decode);
  const { name } = decoded;
  const rawName = nameBytes.toString('latin1');
  const numbers = readNumbers(directory, start, extra.zip64, where);
  const encrypted = isEncrypted(flags, methodNumber);
  if (methodNumber === STORED && !encrypted && numbers.sizeBytes !== numbers.compressedBytes) {
    throw damaged(`${where()} is stored, but its two sizes differ`);
  }
  const attributes = attributesOf(directory.readUInt32LE(start + 38));
  const path = entryPath(decoded, {
    host: directory.readUInt8(start + 5),
    isFolderByAttribute: numbers.sizeBytes === 0 && isFolderByAttribute(attributes),
  });
  const entry: Draft = {
    path,
    // These are nearly always the same; share one string.
    name: name === path ? path : name,
    nameReading: decoded.reading,
    rawName: rawName === path ? path : rawName,
    sizeBytes: numbers.sizeBytes,
    compressedBytes: numbers.compressedBytes,
    method: methodName(methodNumber),
    methodNumber,
    flags,
    crc32: directory.readUInt32LE(start + 16),
    modifiedMs: modifiedTimeMs(
      directory.readUInt16LE(start + 12),
      directory.readUInt16LE(start + 14),
      extra.timestamps,
    ),
    kind: kindOf(path, attributes),
    isEncrypted: encrypted,
    headerOffset: numbers.headerOffset,
    endOffset: 0,
  };
  return { entry, next };
}

interface HeaderNumbers {
  readonly sizeBytes: number;
  readonly compressedBytes: number;
  readonly headerOffset: number;
}

/**
 * Zip64 extended information, APPNOTE 4.5.3: size 8, compressed size 8, local header offset 8, disk 4.
 * A field is present only if its header field is all ones, so the length is known in advance. Some writers add
 * more fields (compress-commons before 5.0.2 the offset, commons-compress and others the disk). They are
 * accepted if both ways of reading give the same values.
 */
function readNumbers(directory: Buffer, start: number, zip64: Buffer | null, where: () => string) {
  let position = 0;
  const large = (small: number): number => {
    if (small !== SENTINEL_32) return small;
    if (zip64 === null || zip64.length < position + 8) {
      throw damaged(`${where()} lacks a number in its zip64 extra field`);
    }
    const value = readUInt64(zip64, position);
    position += 8;
    if (value === null) throw damaged(`${where()} has a size or offset above 2^53`);
    return value;
  };
  const sizeBytes = large(directory.readUInt32LE(start + 24));
  const compressedBytes = large(directory.readUInt32LE(start + 20));
  const headerOffset = large(directory.readUInt32LE(start + 42));
  let disk = directory.readUInt16LE(start + 34);
  if (disk === SENTINEL_16 && zip64 !== null && zip64.length === position + 4) {
    disk = zip64.readUInt32LE(position);
    position += 4;
  }
  if (disk !== 0) throw new SplitArchiveError(`${where()} is on another disk`);
  const numbers: HeaderNumbers = { sizeBytes, compressedBytes, headerOffset };
  const isAskedFor = position > 0;
  if (zip64 !== null && zip64.length !== position && !(isAskedFor && repeats(zip64, numbers))) {
    throw refused(`${where()} has a zip64 extra field that does not match its header`);
  }
  return numbers;
}

/** Whether the fields of a longer zip64 extra field, read by position, match the header. */
function repeats(zip64: Buffer, { sizeBytes, compressedBytes, headerOffset }: HeaderNumbers): boolean {
  const row = readZip64Row(zip64);
  if (row === null || (row.disk ?? 0) !== 0) return false;
  const expected = [sizeBytes, compressedBytes, headerOffset];
  return row.numbers.every((number, index) => number === expected[index]);
}

const MODE_FORMAT = 0o170000;
const MODE_DIRECTORY = 0o040000;
const MODE_FILE = 0o100000;
const MODE_LINK = 0o120000;
/** Files from a pipe, such as the standard input of Info-ZIP and 7-Zip, have the mode of the pipe. */
const MODE_FIFO = 0o010000;
/** Written by some JAR tools: no mode. */
const NO_MODE = 0xffff;
const NO_KIND: ReadonlySet<number> = new Set([0, MODE_FIFO]);
const DOS_DIRECTORY = 0x10;

/**
 * External attributes: the Unix mode in the upper half, DOS attributes in the lowest byte. The mode
 * counts on every host system, because some readers create links regardless of it. Some Windows writers
 * mark an empty folder only by its DOS attribute.
 */
function kindOf(path: string, attributes: number): EntryKind {
  const format = formatOf(attributes);
  if (format === MODE_LINK) return 'link';
  if (!NO_KIND.has(format) && format !== MODE_FILE && format !== MODE_DIRECTORY) return 'special';
  if (path.endsWith('/')) return 'directory';
  return format === MODE_DIRECTORY || (attributes & DOS_DIRECTORY) !== 0 ? 'special' : 'file';
}

/** All ones means no attributes. */
function attributesOf(field: number): number {
  return field === SENTINEL_32 ? 0 : field;
}

/** Without a Unix mode, 7-Zip and bsdtar extract a folder and unzip an empty file. Neither loses data. */
function isFolderByAttribute(attributes: number): boolean {
  const format = formatOf(attributes);
  return (attributes & DOS_DIRECTORY) !== 0 && (NO_KIND.has(format) || format === MODE_DIRECTORY);
}

/** The file type in the Unix mode; 0 if it has none. */
function formatOf(attributes: number): number {
  const mode = attributes >>> 16;
  return mode === NO_MODE ? 0 : mode & MODE_FORMAT;
}
