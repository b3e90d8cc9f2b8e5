import type { ByteStream } from './byte-stream.ts';
import type { ArchiveEntry } from './entry.ts';
import { decodeName } from './entry-name.ts';
import { type ExtraFields, readExtraFields } from './extra-fields.ts';
import { FIXED_BYTES, FLAG, readUInt64, SENTINEL_32, SIGNATURE } from './layout.ts';
import { damaged, refused, showName } from './refusal.ts';

/**
 * Reads the local header of `entry` and compares it with the directory; afterwards the stream stands
 * at the first byte of the data. APPNOTE 4.3.7:
 *    0 signature 4 · 4 version needed 2 (not read) · 6 flags 2 · 8 method 2 · 10 DOS time 2 and 12 DOS date 2 (not
 *   read) · 14 CRC-32 4 · 18 compressed size 4 · 22 size 4 · 26 name bytes 2 · 28 extra bytes 2 · 30 name, extra fields
 * @throws ExpectedError UNSAFE when the names differ, else INTEGRITY
 */
export async function readLocalHeader(stream: ByteStream, entry: ArchiveEntry): Promise<void> {
  const where = (): string => `entry ${showName(entry.path)}`;
  // The stream ends with this entry at the latest, and the fixed part and the name fit (see readDirectory).
  const header = await stream.take(FIXED_BYTES.localHeader);
  if (header.readUInt32LE(0) !== SIGNATURE.localHeader) throw damaged(`${where()} is not where it should be`);
  const nameBytes = header.readUInt16LE(26);
  const extraBytes = header.readUInt16LE(28);
  const dataStart = entry.headerOffset + FIXED_BYTES.localHeader + nameBytes + extraBytes;
  if (dataStart + entry.compressedBytes > entry.endOffset) {
    throw damaged(`${where()} does not fit into its place`);
  }
  const name = await stream.take(nameBytes);
  const extra = readExtraFields(await stream.take(extraBytes), where);
  checkName(entry, name, extra, where);
  // Some writers set the compressor's effort in one of the two headers only.
  const flagsDiffer = (header.readUInt16LE(6) ^ entry.flags) & ~FLAG.compressionEffort & 0xffff;
  if (flagsDiffer !== 0) throw disagreement(where(), 'flags');
  if (header.readUInt16LE(8) !== entry.methodNumber) throw disagreement(where(), 'the compression method');
  checkNumbers(entry, header, extra.zip64, where);
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
    throw refused(`${where()} is called ${showName(name.toString('utf8'))} by its own header`);
  }
}

/** CRC and sizes must be those of the directory; with a descriptor after the data they may also be 0. */
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
  // APPNOTE 4.5.3: in a local header both sizes are there, size 8 first, compressed size 8 next.
  if (zip64.length !== 16) throw damaged(`${where()} has a zip64 extra field of the wrong length`);
  check('its sizes', readUInt64(zip64, 0), entry.sizeBytes);
  check('its sizes', readUInt64(zip64, 8), entry.compressedBytes);
  if (sizeBytes !== SENTINEL_32) check('its sizes', sizeBytes, entry.sizeBytes);
  if (compressedBytes !== SENTINEL_32) check('its sizes', compressedBytes, entry.compressedBytes);
}
