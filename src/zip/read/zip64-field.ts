import { readUInt64 } from './layout.ts';

/** What a zip64 extra field holds when it holds its numbers from the first one on, whatever the header asks for. */
export interface Zip64Numbers {
  /** Size, compressed size, place of the local header, as many as there are; null above 2^53 - 1. */
  readonly numbers: readonly (number | null)[];
  /** Of the disk; null when it is not there. */
  readonly disk: number | null;
}

const NUMBER_BYTES = 8;
const NUMBERS = 3;
const DISK_BYTES = 4;

/**
 * Reads a zip64 extra field (APPNOTE 4.5.3: size 8, compressed size 8, local header offset 8, disk 4) by position.
 * By the text a number is there only if its place in the header is all ones; some writers put all of them there,
 * or as many as they know.
 * @returns null when its length is that of no such row
 */
export function readZip64Row(field: Buffer): Zip64Numbers | null {
  const hasDisk = field.length === NUMBERS * NUMBER_BYTES + DISK_BYTES;
  const count = hasDisk ? NUMBERS : field.length / NUMBER_BYTES;
  if (!Number.isInteger(count) || count > NUMBERS) return null;
  return {
    numbers: Array.from({ length: count }, (_, index) => readUInt64(field, index * NUMBER_BYTES)),
    disk: hasDisk ? field.readUInt32LE(NUMBERS * NUMBER_BYTES) : null,
  };
}
