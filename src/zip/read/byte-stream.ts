import type { RangeSource } from '../../range/range-source.ts';

const BLOCK_BYTES = 2 ** 20;
/** With `reusesBlocks`: one block in use, one being read, and two that returned pieces may still reference. */
const BLOCKS = 4;

/** Reads a range sequentially: as streamed by the source, or in large blocks with one block of read-ahead. */
export interface ByteStream {
  /** Offset of the next byte. */
  readonly position: number;
  readonly end: number;
  /** Returns exactly `length` bytes. May copy, so use it for small pieces. */
  read(length: number): Promise<Buffer> | Buffer;
  /** Returns between 1 and `limit` bytes without copying; `limit` must be positive. */
  next(limit: number): Promise<Buffer> | Buffer;
  /** Skips `length` bytes. */
  skip(length: number): Promise<void>;
  /** Releases the source. Required unless everything was read. */
  close(): Promise<void>;
}

export interface ByteStreamOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the size of each block before the block is used. */
  readonly onBlock?: (sizeBytes: number) => void;
  /** Reuses the same few buffers. A piece stays valid until the second block after it. */
  readonly reusesBlocks?: boolean;
}

/** @throws (from `read` and `next`) errors of the source, the signal's reason, RangeError beyond `end` */
export function openByteStream(
  source: RangeSource,
  start: number,
  end: number,
  { signal, onBlock, reusesBlocks = false }: ByteStreamOptions = {},
): ByteStream {
  const blocks = source.stream?.(start, end) ?? readAhead(source, start, end, reusesBlocks);
  let block: Buffer = Buffer.alloc(0);
  let used = 0;
  let position = start;

  const advance = async (): Promise<void> => {
    const { value, done } = await blocks.next();
    if (done === true) throw new RangeError(`nothing to read beyond byte ${end}`);
    block = value;
    used = 0;
    signal?.throwIfAborted();
    onBlock?.(block.length);
  };
  const slice = (length: number): Buffer => {
    const piece = block.subarray(used, used + length);
    used += piece.length;
    position += piece.length;
    return piece;
  };
  const takeAcross = async (length: number): Promise<Buffer> => {
    const pieces: Buffer[] = [];
    for (let left = length; left > 0; ) {
      if (used === block.length) await advance();
      const piece = slice(left);
      pieces.push(piece);
      left -= piece.length;
    }
    return Buffer.concat(pieces, length);
  };

  const next = (limit: number): Promise<Buffer> | Buffer =>
    used < block.length ? slice(limit) : advance().then(() => slice(limit));

  return {
    get position() {
      return position;
    },
    end,
    read: (length) => (used + length <= block.length ? slice(length) : takeAcross(length)),
    next,
    skip: async (length) => {
      for (let left = length; left > 0; ) left -= (await next(left)).length;
    },
    close: async () => void (await blocks.return()),
  };
}

/** Reads the next block while the current one is used. */
async function* readAhead(
  source: RangeSource,
  start: number,
  end: number,
  reusesBlocks: boolean,
): AsyncGenerator<Buffer, void, undefined> {
  const readBlock = reusesBlocks
    ? blockRing(source, Math.min(BLOCK_BYTES, end - start))
    : (from: number, to: number) => source.read(from, to);
  const request = (from: number): Promise<Buffer> | null => {
    const block = from < end ? readBlock(from, Math.min(from + BLOCK_BYTES, end)) : null;
    // It is awaited later, or never after a failure elsewhere.
    block?.catch(() => undefined);
    return block;
  };
  let position = start;
  for (let ahead = request(position); ahead !== null; ) {
    const block = await ahead;
    position += block.length;
    ahead = request(position);
    yield block;
  }
}

/** Reuses buffers: allocating one per block would cost as much as reading it, because the kernel zeroes fresh memory. */
function blockRing(source: RangeSource, blockBytes: number): (from: number, to: number) => Promise<Buffer> {
  const { readInto } = source;
  if (readInto === undefined) return (from, to) => source.read(from, to);
  const ring: Buffer[] = [];
  let turn = 0;
  return async (from, to) => {
    const block = (ring[turn] ??= Buffer.allocUnsafeSlow(blockBytes));
    turn = (turn + 1) % BLOCKS;
    const part = block.subarray(0, to - from);
    await readInto(part, from);
    return part;
  };
}
