import type { RangeSource } from '../../range/range-source.ts';

const BLOCK_BYTES = 2 ** 20;
/** With `reusesBlocks`: one in use, one being read, and two that pieces may still point into. */
const BLOCKS = 4;

/** The bytes of a range in order, as the source streams them, or read in large blocks, the next one while this one is used. */
export interface ByteStream {
  /** Where the next byte comes from. */
  readonly position: number;
  readonly end: number;
  /** Exactly `length` bytes; for small pieces, as they may be copied together. */
  read(length: number): Promise<Buffer> | Buffer;
  /** At least one and at most `limit` bytes, uncopied; `limit` must be above 0. */
  next(limit: number): Promise<Buffer> | Buffer;
  /** Passes over `length` bytes. */
  skip(length: number): Promise<void>;
  /** Lets go of the source; needed when not all was read. */
  close(): Promise<void>;
}

export interface ByteStreamOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told the bytes of each block when it comes into use. */
  readonly onBlock?: (sizeBytes: number) => void;
  /** Reads into the same few blocks again and again; a piece then lasts until the next block but one. */
  readonly reusesBlocks?: boolean;
}

/**
 * @throws (from `take` and `next`) what the source throws, the signal's reason, RangeError beyond `end`
 */
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

/** The next block is being read while the last one is used. */
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
    // It is awaited when its turn comes, which may be after a failure elsewhere or never.
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

/** Making a new buffer for every block would cost as much as reading it: the kernel clears fresh memory. */
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
