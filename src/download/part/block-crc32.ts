import { crc32 } from 'node:zlib';
import { combineCrc32 } from '../../zip/read/crc32-combine.ts';
import type { ByteRange } from './byte-ranges.ts';

export const BLOCK_BYTES = 2 ** 20;

/** CRC-32 checksums of written bytes, by block, so that verification need not read them back. */
export interface BlockChecksums {
  /** Called after the bytes are written, before their memory is reused. */
  add(start: number, chunks: readonly Buffer[]): void;
  /** Drops the checksums of a range, and of each segment that overlaps it. */
  forget(start: number, end: number): void;
  clear(): void;
  /** The checksum from `start` on, or null, and where it or the gap ends; at most `end` or the end of the block. */
  next(start: number, end: number): { readonly end: number; readonly crc32: number | null };
}

interface Segment extends ByteRange {
  readonly crc32: number;
}

export function createBlockChecksums(): BlockChecksums {
  /** The segments of each block, in order; they neither overlap nor touch. */
  const blocks = new Map<number, readonly Segment[]>();

  const insert = (segment: Segment) => {
    const block = blockOf(segment.start);
    const others = outside(blocks.get(block), segment);
    const joined: Segment[] = [];
    for (const next of [...others, segment].toSorted((one, other) => one.start - other.start)) {
      const last = joined.at(-1);
      if (last?.end === next.start) joined[joined.length - 1] = join(last, next);
      else joined.push(next);
    }
    blocks.set(block, joined);
  };
  return {
    add(start, chunks) {
      let segment: Segment = { start, end: start, crc32: 0 };
      for (const chunk of chunks) {
        for (let used = 0; used < chunk.length; ) {
          const bytes = chunk.subarray(used, used + blockEnd(segment.start) - segment.end);
          used += bytes.length;
          segment = {
            start: segment.start,
            end: segment.end + bytes.length,
            crc32: crc32(bytes, segment.crc32),
          };
          if (segment.end < blockEnd(segment.start)) continue;
          insert(segment);
          segment = { start: segment.end, end: segment.end, crc32: 0 };
        }
      }
      if (segment.end > segment.start) insert(segment);
    },
    forget(start, end) {
      for (let block = blockOf(start); block * BLOCK_BYTES < end; block += 1) {
        blocks.set(block, outside(blocks.get(block), { start, end }));
      }
    },
    clear: () => blocks.clear(),
    next(start, end) {
      const segment = blocks.get(blockOf(start))?.find((each) => each.start >= start && each.end <= end);
      if (segment?.start === start) return segment;
      return { end: segment?.start ?? Math.min(blockEnd(start), end), crc32: null };
    },
  };
}

function blockOf(position: number): number {
  return Math.floor(position / BLOCK_BYTES);
}

/** The end of the block that contains a position. */
export function blockEnd(position: number): number {
  return (blockOf(position) + 1) * BLOCK_BYTES;
}

function outside(segments: readonly Segment[] = [], { start, end }: ByteRange): readonly Segment[] {
  return segments.filter((segment) => segment.end <= start || segment.start >= end);
}

function join(first: Segment, second: Segment): Segment {
  const checksum = combineCrc32(first.crc32, second.crc32, second.end - second.start);
  return { start: first.start, end: second.end, crc32: checksum };
}
