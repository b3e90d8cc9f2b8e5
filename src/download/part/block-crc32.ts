import { crc32 } from 'node:zlib';
import { combineCrc32 } from '../../zip/read/crc32-combine.ts';
import type { ByteRange } from './byte-ranges.ts';

export const BLOCK_BYTES = 2 ** 20;

/** The CRC-32 of bytes that were written, by blocks, so that they need not be read back to be verified. */
export interface BlockChecksums {
  /** Called once the bytes are written, while nobody may overwrite the memory that they came from. */
  add(start: number, chunks: readonly Buffer[]): void;
  /** The bytes of a range, and of each piece that it touches, are not known any more. */
  forget(start: number, end: number): void;
  clear(): void;
  /** How far a checksum, or the lack of one (null), reaches from `start` on; at most to `end` or to the end of the block. */
  next(start: number, end: number): { readonly end: number; readonly crc32: number | null };
}

interface Piece extends ByteRange {
  readonly crc32: number;
}

export function createBlockChecksums(): BlockChecksums {
  /** Of each block, pieces in order that neither overlap nor touch. */
  const blocks = new Map<number, readonly Piece[]>();

  const insert = (piece: Piece) => {
    const block = blockOf(piece.start);
    const others = outside(blocks.get(block), piece);
    const joined: Piece[] = [];
    for (const next of [...others, piece].toSorted((one, other) => one.start - other.start)) {
      const last = joined.at(-1);
      if (last?.end === next.start) joined[joined.length - 1] = join(last, next);
      else joined.push(next);
    }
    blocks.set(block, joined);
  };
  return {
    add(start, chunks) {
      let piece: Piece = { start, end: start, crc32: 0 };
      for (const chunk of chunks) {
        for (let used = 0; used < chunk.length; ) {
          const bytes = chunk.subarray(used, used + blockEnd(piece.start) - piece.end);
          used += bytes.length;
          piece = { start: piece.start, end: piece.end + bytes.length, crc32: crc32(bytes, piece.crc32) };
          if (piece.end < blockEnd(piece.start)) continue;
          insert(piece);
          piece = { start: piece.end, end: piece.end, crc32: 0 };
        }
      }
      if (piece.end > piece.start) insert(piece);
    },
    forget(start, end) {
      for (let block = blockOf(start); block * BLOCK_BYTES < end; block += 1) {
        blocks.set(block, outside(blocks.get(block), { start, end }));
      }
    },
    clear: () => blocks.clear(),
    next(start, end) {
      const piece = blocks.get(blockOf(start))?.find((each) => each.start >= start && each.end <= end);
      if (piece?.start === start) return piece;
      return { end: piece?.start ?? Math.min(blockEnd(start), end), crc32: null };
    },
  };
}

function blockOf(position: number): number {
  return Math.floor(position / BLOCK_BYTES);
}

/** Where the block of a position ends. */
export function blockEnd(position: number): number {
  return (blockOf(position) + 1) * BLOCK_BYTES;
}

function outside(pieces: readonly Piece[] = [], { start, end }: ByteRange): readonly Piece[] {
  return pieces.filter((piece) => piece.end <= start || piece.start >= end);
}

function join(first: Piece, second: Piece): Piece {
  const checksum = combineCrc32(first.crc32, second.crc32, second.end - second.start);
  return { start: first.start, end: second.end, crc32: checksum };
}
