import { Readable } from 'node:stream';

/** Memory that sockets read into, used again once its bytes were given back. */
export interface ReadPool {
  /** Option of net.connect() and tls.connect(). */
  readonly onread: {
    readonly buffer: () => Buffer;
    readonly callback: (sizeBytes: number, buffer: Uint8Array) => boolean;
  };
  /** Gives back a piece that was read; it must not be looked at any more. */
  release(piece: Buffer): void;
}

/** Few large reads: each one costs a turn of the event loop. */
const SLAB_BYTES = 262_144;
/** A slab with less room than this is closed: Node's own reads are of this size. */
const LEAST_READ_BYTES = 65_536;
/** Slabs beyond these are left to the garbage collector. */
const MOST_FREE = 64;

interface Slab {
  readonly memory: Buffer;
  readBytes: number;
  releasedBytes: number;
  isClosed: boolean;
}

/**
 * Without it Node makes a new buffer for each 64 KiB it reads. Clearing and collecting them costs a
 * fifth of a fast download's time (docs/benchmarks.md). Bytes that are never given back (an answer
 * that is no file, framing between chunks) only keep their slab from being used again.
 */
export function createReadPool(): ReadPool {
  const slabs = new WeakMap<ArrayBufferLike, Slab>();
  const free: Slab[] = [];
  /** What the socket that has just read goes on with; Node asks for it right after the callback. */
  let rest: Buffer | null = null;

  const open = (): Buffer => {
    const slab = free.pop() ?? makeSlab();
    Object.assign(slab, { readBytes: 0, releasedBytes: 0, isClosed: false });
    return slab.memory;
  };
  const makeSlab = (): Slab => {
    const memory = Buffer.allocUnsafeSlow(SLAB_BYTES);
    const slab = { memory, readBytes: 0, releasedBytes: 0, isClosed: false };
    slabs.set(memory.buffer, slab);
    return slab;
  };
  const recycle = (slab: Slab) => {
    const isUnused = slab.isClosed && slab.releasedBytes === slab.readBytes;
    if (isUnused && free.length < MOST_FREE) free.push(slab);
  };
  return {
    onread: {
      buffer: () => {
        const next = rest ?? open();
        rest = null;
        return next;
      },
      // A function of its own `this`, the socket (net.js calls it so); an arrow function would have none.
      callback: function read(this: unknown, sizeBytes: number, buffer: Uint8Array): boolean {
        if (!(this instanceof Readable)) throw new TypeError('a read without its socket');
        const slab = slabs.get(buffer.buffer);
        if (slab === undefined) throw new RangeError('a read into memory of somebody else');
        slab.readBytes += sizeBytes;
        const end = buffer.byteOffset + sizeBytes;
        if (SLAB_BYTES - end >= LEAST_READ_BYTES) rest = slab.memory.subarray(end);
        else slab.isClosed = true;
        return this.push(slab.memory.subarray(buffer.byteOffset, end));
      },
    },
    release(piece) {
      const slab = slabs.get(piece.buffer);
      if (slab === undefined) return;
      slab.releasedBytes += piece.length;
      recycle(slab);
    },
  };
}
