import type { ByteRange } from '../part/byte-ranges.ts';

/** A range of the object that one connection fetches. `end` may move closer meanwhile. */
export interface Chunk {
  readonly start: number;
  /** The next byte to receive. */
  position: number;
  /** Infinity while the size is unknown. */
  end: number;
  /** The current speed; 0 if no byte has arrived for a while, Infinity if it is too early to tell. */
  bytesPerSecond: () => number;
  /** Taken over from a connection without bytes. Not taken over again, because the server may be slow to respond. */
  readonly isSecondTry: boolean;
  /** Stops the connection that fetches it. */
  stop: () => void;
}

export interface Scheduler {
  /** The next unassigned chunk; null if there is none. */
  next(): Chunk | null;
  /** Takes over all or half of the chunk that would finish last; null if none is slow enough. */
  steal(): Chunk | null;
  /** Returns the missing rest of a chunk to the queue. */
  requeue(chunk: Chunk): void;
  finish(chunk: Chunk): void;
  /** Extends a chunk to the whole object, from its first byte on. */
  assignAll(chunk: Chunk, end: number): void;
  /** Sets the end of a chunk of unknown length. */
  setEnd(end: number): void;
}

/** A request for less costs more latency than it gains. */
const LEAST_CHUNK_BYTES = 8 * 1_048_576;
/** More would keep the front, where verification reads, far behind the rest. */
const MOST_CHUNK_BYTES = 64 * 1_048_576;
/** A single connection is the front, and each of its requests leaves the line briefly idle. */
const MOST_LONE_CHUNK_BYTES = 256 * 1_048_576;
const LEAST_SHARE_BYTES = 1_048_576;
/** The number of rounds of chunks, which get smaller toward the end, so that all finish together. */
const ROUNDS = 4;
/** A chunk that finishes sooner than this is not taken over. */
const TAKE_OVER_SECONDS = 2;
const LEAST_TAKE_OVER_BYTES = 256 * 1_024;

/**
 * Divides the gaps of an object among up to `connections` connections, front to end (guided self-scheduling). A single
 * connection gets each gap as one chunk.
 * @param sharing the current number of connections; `connections` by default
 * @param first a range to fetch before all others: an archive's directory, which is needed to verify the rest
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

  const maxChunkBytes = (): number => {
    if (connections === 1) return Number.POSITIVE_INFINITY;
    const leftBytes = queue.reduce((total, { start, end }) => total + end - start, 0);
    const sharers = Math.max(sharing(), 1);
    const share = Math.max(Math.ceil(leftBytes / sharers), LEAST_SHARE_BYTES);
    const chunkBytes = Math.max(
      Math.ceil(leftBytes / (sharers * ROUNDS)),
      Math.min(LEAST_CHUNK_BYTES, share),
    );
    return Math.min(chunkBytes, sharers === 1 ? MOST_LONE_CHUNK_BYTES : MOST_CHUNK_BYTES);
  };
  const assign = ({ start, end }: ByteRange, isSecondTry = false): Chunk => {
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
      const limitBytes = isFirst ? Number.POSITIVE_INFINITY : maxChunkBytes();
      const gap = queue.shift();
      if (gap === undefined) return null;
      isFirst = false;
      const end = Math.min(gap.end, gap.start + limitBytes);
      // A sliver at the end of a gap is not worth a request of its own.
      const isSliver = gap.end - end < LEAST_SHARE_BYTES;
      if (end < gap.end && !isSliver) queue.unshift({ start: end, end: gap.end });
      return assign({ start: gap.start, end: isSliver ? gap.end : end });
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
      return assign(rest, rate === 0);
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
