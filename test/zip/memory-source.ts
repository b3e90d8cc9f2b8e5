import type { RangeSource } from '../../src/range/range-source.ts';

/** A RangeSource over bytes in memory that records its reads and throws on reads out of bounds. */
export function memorySource(
  bytes: Buffer,
): RangeSource & { readonly reads: [start: number, end: number][] } {
  const reads: [number, number][] = [];
  return {
    sizeBytes: bytes.length,
    reads,
    read: async (start, end) => {
      if (!(0 <= start && start <= end && end <= bytes.length)) {
        throw new Error(`read outside: [${start}, ${end}) of ${bytes.length}`);
      }
      reads.push([start, end]);
      return bytes.subarray(start, end);
    },
  };
}
