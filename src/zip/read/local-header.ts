import type { RangeSource } from '../../range/range-source.ts';
import { type ByteStream, openByteStream } from './byte-stream.ts';
import type { ArchiveEntry } from './entry.ts';
import { decodeName } from './entry-name.ts';
import { type ExtraFields, readExtraFields } from './extra-fields.ts';
import { FIXED_BYTES, FLAG, SENTINEL_32, SIGNATURE } from './layout.ts';
import { damaged, refused, showName } from './refusal.ts';
import { readZip64Row } from './zip64-field.ts';

/**
 * Reads the local header of `entry` and compares it with the directory. Leaves the stream at the first
 * byte of the data. APPNOTE 4.3.7:
 *    0 signature 4 · 4 version needed 2 (not read) · 6 flags 2 · 8 method 2 · 10 DOS time 2 and 12 DOS date 2 (not
 *   read) · 14 CRC-32 4 · 18 compressed size 4 · 22 size 4 · 26 name bytes 2 · 28 extra bytes 2 · 30 name, extra fields
 * @throws ExpectedError UNSAFE if the names differ, otherwise INTEGRITY
 */
export async function readLocalHeader(stream: ByteStream, entry: ArchiveEntry): Promise<void> {
  const where = (): string => `entry ${showName(entry.path)}`;
  // The stream extends at most to the end of this entry. The fixed part and the name fit (see readDirectory).
  const header = await stream.read(FIXED_BYTES.localHeader);
  if (header.readUInt32LE(0) !== SIGNATURE.localHeader) throw damaged(`${where()} is not where it should be`);
  const nameBytes = header.readUInt16LE(26);
  const extraBytes = header.readUInt16LE(28);
  const dataStart = entry.headerOffset + FIXED_BYTES.localHeader + nameBytes + extraBytes;
  if (dataStart + entry.compressedBytes > entry.endOffset) {
    throw damaged(`${where()} is longer than the space for it`);
  }
  const name = await stream.read(nameBytes);
  const extra = readExtraFields(await stream.read(extraBytes), where);
  checkName(entry, name, extra, where);
  // Some writers set the compression effort in only one of the two headers.
  const flagsDiffer = (header.readUInt16LE(6) ^ entry.flags) & ~FLAG.compressionEffort & 0xffff;
  if (flagsDiffer !== 0) throw disagreement(where(), 'flags');
  if (header.readUInt16LE(8) !== entry.methodNumber) throw disagreement(where(), 'the compression method');
  checkNumbers(entry, header, extra.zip64, where);
}

/**
 * Reads only the local header, and returns the offset of the entry's data.
 * @throws as readLocalHeader(); errors of the source
 */
export async function readDataStart(source: RangeSource, entry: ArchiveEntry): Promise<number> {
  const { headerOffset, endOffset, compressedBytes } = entry;
  // A header that claims to be longer is refused before it is read.
  const stream = openByteStream(source, headerOffset, endOffset - compressedBytes);
  try {
    await readLocalHeader(stream, entry);
    return stream.position;
  } finally {
    await stream.close();
  }
}

function disagreement(where: string, what: string): Error {
  return damaged(`${where} has a header that disagrees with the directory about ${what}`);
}

function checkName(entry: ArchiveEntry, name: Buffer, extra: ExtraFields, where: () => string): void {
  const isSameName =
    entry.rawName === name.toString('latin1') &&
    (extra.unicodePath === null ||
      decodeName(name, (entry.flags & FLAG.utf8) !== 0, extra.unicodePath).name === entry.name);
  if (!isSameName) {
    throw refused(`${where()} has the name ${showName(name.toString('utf8'))} in its own header`);
  }
}

/** CRC and sizes must match the directory. With a data descriptor they may also be 0. */
function checkNumbers(entry: ArchiveEntry, header: Buffer, zip64: Buffer | null, where: () => string): void {
  const isDescribedLater = (entry.flags & FLAG.hasDescriptor) !== 0;
  const check = (what: string, here: number | null, expected: number): void => {
    if (here !== expected && !(isDescribedLater && here === 0)) throw disagreement(where(), what);
  };
  check('the checksum', header.readUInt32LE(14), entry.crc32);
  const compressedBytes = header.readUInt32LE(18);
  const sizeBytes = header.readUInt32LE(22);
  if (zip64 === null) {
    check('its sizes', compressedBytes, entry.compressedBytes);
    check('its sizes', sizeBytes, entry.sizeBytes);
    return;
  }
  // APPNOTE 4.5.3: a local header must include both sizes. Some writers omit optional ones, or add fields
  // that only the directory needs.
  const row = readZip64Row(zip64);
  const count = row?.numbers.length ?? 0;
  const isAnyMissing =
    (sizeBytes === SENTINEL_32 && count < 1) || (compressedBytes === SENTINEL_32 && count < 2);
  if (row === null || isAnyMissing) throw damaged(`${where()} has a zip64 extra field of the wrong length`);
  const [size = entry.sizeBytes, compressed = entry.compressedBytes, offset = entry.headerOffset] =
    row.numbers;
  check('its sizes', size, entry.sizeBytes);
  check('its sizes', compressed, entry.compressedBytes);
  if (offset !== entry.headerOffset) throw disagreement(where(), 'its offset');
  if ((row.disk ?? 0) !== 0) throw disagreement(where(), 'its disk');
  if (sizeBytes !== SENTINEL_32) check('its sizes', sizeBytes, entry.sizeBytes);
  if (compressedBytes !== SENTINEL_32) check('its sizes', compressedBytes, entry.compressedBytes);
}
