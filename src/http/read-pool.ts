import { Readable } from 'node:stream';

/** Memory for socket reads, reused after its bytes are released. */
export interface ReadPool {
  /** Option of net.connect() and tls.connect(). */
  readonly onread: {
    readonly buffer: () => Buffer;
    readonly callback: (sizeBytes: number, buffer: Uint8Array) => boolean;
  };
  /** Releases a received chunk, which must not be used afterward. */
  release(chunk: Buffer): void;
}

/** Large, because each read costs a turn of the event loop. */
const SLAB_BYTES = 262_144;
/** A slab with less space than this is closed. Node's own reads have this size. */
const LEAST_READ_BYTES = 65_536;
/** Further slabs are garbage collected. */
const MOST_FREE = 64;

interface Slab {
  readonly memory: Buffer;
  readBytes: number;
  releasedBytes: number;
  isClosed: boolean;
}

/**
 * Without a pool, Node allocates a new buffer for each 64 KiB. Clearing and collecting them costs a fifth of the time of
 * a fast download (docs/benchmarks.md). Bytes that are never released (other responses, framing between chunks) only
 * prevent the reuse of their slab.
 */
export function createReadPool(): ReadPool {
  const slabs = new WeakMap<ArrayBufferLike, Slab>();
  const free: Slab[] = [];
  /** The buffer for the next read of the same socket. Node requests it right after the callback. */
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
      // Not an arrow function: net.js calls it with the socket as `this`.
      callback: function read(this: unknown, sizeBytes: number, buffer: Uint8Array): boolean {
        if (!(this instanceof Readable)) throw new TypeError('a read without its socket');
        const slab = slabs.get(buffer.buffer);
        if (slab === undefined) throw new RangeError('a read into foreign memory');
        slab.readBytes += sizeBytes;
        const end = buffer.byteOffset + sizeBytes;
        if (SLAB_BYTES - end >= LEAST_READ_BYTES) rest = slab.memory.subarray(end);
        else slab.isClosed = true;
        return this.push(slab.memory.subarray(buffer.byteOffset, end));
      },
    },
    release(chunk) {
      const slab = slabs.get(chunk.buffer);
      if (slab === undefined) return;
      slab.releasedBytes += chunk.length;
      recycle(slab);
    },
  };
}
