import type { ExpectedError } from '../../errors.ts';
import type { ByteStream } from './byte-stream.ts';
import type { ArchiveEntry } from './entry.ts';
import { FLAG, readUInt64, SIGNATURE } from './layout.ts';
import { damaged, refused, showName } from './refusal.ts';

/** Bytes of each form of the descriptor: signature or not, sizes of 4 or 8 bytes. */
const FORMS: Readonly<Record<number, { readonly isSigned: boolean; readonly sizeBytes: 4 | 8 }>> = {
  12: { isSigned: false, sizeBytes: 4 },
  16: { isSigned: true, sizeBytes: 4 },
  20: { isSigned: false, sizeBytes: 8 },
  24: { isSigned: true, sizeBytes: 8 },
};

/** What belongs to nobody may be another entry to a program that reads from the front. */
export function strayBytes({ path }: ArchiveEntry, sizeBytes: number): ExpectedError {
  return refused(`after entry ${showName(path)} there are ${sizeBytes} bytes that do not belong to any`);
}

/**
 * Checks what lies between the data of `entry` and its successor: a data descriptor if the flags
 * announce one, otherwise nothing. As the entries lie end to end, its length tells its form.
 * APPNOTE 4.3.9: signature 4 (optional) · CRC-32 4 · compressed size 4 or 8 · size 4 or 8
 * @throws ExpectedError INTEGRITY when it is wrong, UNSAFE when there are other bytes
 */
export async function readDataDescriptor(stream: ByteStream, entry: ArchiveEntry): Promise<void> {
  const length = entry.endOffset - stream.position;
  if ((entry.flags & FLAG.hasDescriptor) === 0) {
    if (length === 0) return;
    throw strayBytes(entry, length);
  }
  const form = FORMS[length];
  if (form === undefined) {
    throw damaged(`the data descriptor of entry ${showName(entry.path)} is missing or of no known form`);
  }
  const descriptor = await stream.read(length);
  const start = form.isSigned ? 4 : 0;
  const sizeAt = (offset: number): number | null =>
    form.sizeBytes === 4 ? descriptor.readUInt32LE(offset) : readUInt64(descriptor, offset);
  const isRight =
    (!form.isSigned || descriptor.readUInt32LE(0) === SIGNATURE.dataDescriptor) &&
    descriptor.readUInt32LE(start) === entry.crc32 &&
    sizeAt(start + 4) === entry.compressedBytes &&
    sizeAt(start + 4 + form.sizeBytes) === entry.sizeBytes;
  if (!isRight) throw damaged(`the data descriptor of entry ${showName(entry.path)} is wrong`);
}
