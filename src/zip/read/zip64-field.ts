import { readUInt64 } from './layout.ts';

/** The numbers in a zip64 extra field, by position, regardless of the fields that the header requires. */
export interface Zip64Numbers {
  /** Size, compressed size, and local header offset, as far as present; null above 2^53 - 1. */
  readonly numbers: readonly (number | null)[];
  /** Null if the disk number is absent. */
  readonly disk: number | null;
}

const NUMBER_BYTES = 8;
const NUMBERS = 3;
const DISK_BYTES = 4;

/**
 * Reads a zip64 extra field (APPNOTE 4.5.3: size 8, compressed size 8, local header offset 8, disk 4) by position.
 * According to the specification, a number is present only if its field in the header is all ones. Some writers
 * include all of them, or as many as they know.
 * @returns null if no such sequence has this length
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
