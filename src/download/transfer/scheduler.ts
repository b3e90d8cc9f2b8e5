import type { ByteRange } from '../part/byte-ranges.ts';

/** A piece of the object that one connection brings. `end` may come closer while it is under way. */
export interface Chunk {
  readonly start: number;
  /** The next byte to come. */
  position: number;
  /** Infinity while the size is unknown. */
  end: number;
  /** How fast it comes; 0 when nothing has come for a while, Infinity while it is too early to tell. */
  bytesPerSecond: () => number;
  /** Taken over from a connection on which nothing came: a server that is slow to answer gets all its time now. */
  readonly isSecondTry: boolean;
  /** Ends the connection that brings it. */
  stop: () => void;
}

export interface Scheduler {
  /** The next piece that nobody has; null when all are given out. */
  next(): Chunk | null;
  /** Takes over what would otherwise keep everybody waiting at the end; null when nothing would. */
  steal(): Chunk | null;
  /** Gives back what has not come of a piece. */
  requeue(chunk: Chunk): void;
  finish(chunk: Chunk): void;
  /** Makes one piece of everything, to be brought from its first byte on. */
  assignAll(chunk: Chunk, end: number): void;
  /** Lets a piece of unknown length end. */
  setEnd(end: number): void;
}

/** A request for less costs more in waiting than it brings. */
const LEAST_CHUNK_BYTES = 8 * 1_048_576;
/** More would keep the front, which is verified meanwhile, far behind the rest. */
const MOST_CHUNK_BYTES = 64 * 1_048_576;
/** A connection that is alone is the front; each of its requests leaves the line idle for a moment. */
const MOST_LONE_CHUNK_BYTES = 256 * 1_048_576;
const LEAST_SHARE_BYTES = 1_048_576;
/** Rounds in which the pieces are given out; they get smaller towards the end, so that all end together. */
const ROUNDS = 4;
/** A connection that is done sooner than this is left alone. */
const TAKE_OVER_SECONDS = 2;
const LEAST_TAKE_OVER_BYTES = 256 * 1_024;

/**
 * Divides what is missing of an object among up to `connections` connections, from its front to its
 * end (guided self-scheduling). One connection gets each gap in one piece.
 * @param sharing how many of them there are by now; all of them by default
 * @param first a piece to be brought before all others: an archive's directory, by which the rest is verified
 */
export function createScheduler(
  gaps: readonly ByteRange[],
  {
    connections,
    sharing = () => connections,
    first = null,
  }: { connections: number; sharing?: () => number; first?: ByteRange | null },
): Scheduler {
  let queue = first === null ? [...gaps] : [first, ...gaps.flatMap((gap) => without(gap, first))];
  const active = new Set<Chunk>();
  let isFirst = first !== null;

  const pieceBytes = (): number => {
    if (connections === 1) return Number.POSITIVE_INFINITY;
    const leftBytes = queue.reduce((total, { start, end }) => total + end - start, 0);
    const sharers = Math.max(sharing(), 1);
    const share = Math.max(Math.ceil(leftBytes / sharers), LEAST_SHARE_BYTES);
    const piece = Math.max(Math.ceil(leftBytes / (sharers * ROUNDS)), Math.min(LEAST_CHUNK_BYTES, share));
    return Math.min(piece, sharers === 1 ? MOST_LONE_CHUNK_BYTES : MOST_CHUNK_BYTES);
  };
  const giveOut = ({ start, end }: ByteRange, isSecondTry = false): Chunk => {
    const chunk: Chunk = {
      start,
      position: start,
      end,
      bytesPerSecond: () => Number.POSITIVE_INFINITY,
      isSecondTry,
      stop: () => undefined,
    };
    active.add(chunk);
    return chunk;
  };
  return {
    next() {
      const limitBytes = isFirst ? Number.POSITIVE_INFINITY : pieceBytes();
      const gap = queue.shift();
      if (gap === undefined) return null;
      isFirst = false;
      const end = Math.min(gap.end, gap.start + limitBytes);
      // A sliver at the end of a gap is not worth a request of its own.
      const isSliver = gap.end - end < LEAST_SHARE_BYTES;
      if (end < gap.end && !isSliver) queue.unshift({ start: end, end: gap.end });
      return giveOut({ start: gap.start, end: isSliver ? gap.end : end });
    },
    steal() {
      const [slowest] = [...active]
        .map((chunk) => ({ chunk, leftBytes: chunk.end - chunk.position, rate: chunk.bytesPerSecond() }))
        .filter(({ chunk, rate }) => rate > 0 || !chunk.isSecondTry)
        .filter(({ leftBytes, rate }) => leftBytes > 0 && leftBytes > rate * TAKE_OVER_SECONDS)
        .toSorted((one, other) => one.rate / one.leftBytes - other.rate / other.leftBytes);
      if (slowest === undefined) return null;
      const { chunk, leftBytes, rate } = slowest;
      if (rate > 0 && leftBytes < 2 * LEAST_TAKE_OVER_BYTES) return null;
      const middle = rate === 0 ? chunk.position : chunk.position + Math.ceil(leftBytes / 2);
      const rest = { start: middle, end: chunk.end };
      chunk.end = middle;
      if (rate === 0) chunk.stop();
      return giveOut(rest, rate === 0);
    },
    requeue(chunk) {
      active.delete(chunk);
      if (chunk.position < chunk.end) {
        queue = [{ start: chunk.position, end: chunk.end }, ...queue];
      }
    },
    finish(chunk) {
      active.delete(chunk);
    },
    assignAll(chunk, end) {
      queue = [];
      chunk.position = 0;
      chunk.end = end;
    },
    setEnd(end) {
      for (const chunk of active) chunk.end = Math.min(chunk.end, end);
    },
  };
}

function without(gap: ByteRange, taken: ByteRange): ByteRange[] {
  return [
    { start: gap.start, end: Math.min(gap.end, taken.start) },
    { start: Math.max(gap.start, taken.end), end: gap.end },
  ].filter(({ start, end }) => end > start);
}
