import type { ExpectedError } from '../../errors.ts';
import type { ByteStream } from './byte-stream.ts';
import type { ArchiveEntry } from './entry.ts';
import { FLAG, readUInt64, SIGNATURE } from './layout.ts';
import { damaged, refused, showName } from './refusal.ts';

/** The forms of the descriptor by length: with or without signature, sizes of 4 or 8 bytes. */
const FORMS: Readonly<Record<number, { readonly isSigned: boolean; readonly sizeBytes: 4 | 8 }>> = {
  12: { isSigned: false, sizeBytes: 4 },
  16: { isSigned: true, sizeBytes: 4 },
  20: { isSigned: false, sizeBytes: 8 },
  24: { isSigned: true, sizeBytes: 8 },
};

/** Unaccounted bytes could be another entry for a reader that scans from the front. */
export function strayBytes({ path }: ArchiveEntry, sizeBytes: number): ExpectedError {
  return refused(`after entry ${showName(path)} there are ${sizeBytes} bytes that belong to no entry`);
}

/**
 * Checks the bytes between the data of `entry` and the next entry: a data descriptor if the flags
 * announce one, otherwise nothing. Entries are contiguous, so the length determines the form.
 * APPNOTE 4.3.9: signature 4 (optional) · CRC-32 4 · compressed size 4 or 8 · size 4 or 8
 * @throws ExpectedError INTEGRITY if the descriptor is wrong, UNSAFE if there are other bytes
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
