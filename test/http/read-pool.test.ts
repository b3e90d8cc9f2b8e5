import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { createReadPool } from '../../src/http/read-pool.ts';

const SLAB_BYTES = 262_144;
const LEAST_READ_BYTES = 65_536;

/** Reads the way a `net` socket does: requests a buffer, fills it, and passes it on. */
function openSocket(pool = createReadPool()) {
  const socket = new Readable({ read: () => undefined });
  const { buffer, callback } = pool.onread;
  return {
    pool,
    buffer,
    socket,
    read: (sizeBytes: number, fill: number): Buffer => {
      const memory = buffer();
      memory.fill(fill, 0, sizeBytes);
      callback.call(socket, sizeBytes, memory);
      return socket.read() as Buffer;
    },
  };
}

test('packs consecutive reads of a socket into the same memory', () => {
  const { read } = openSocket();
  const [one, two] = [read(1_000, 1), read(2_000, 2)];
  expect([one.length, two.length, one.buffer === two.buffer]).toEqual([1_000, 2_000, true]);
  expect([one.byteOffset, two.byteOffset]).toEqual([0, 1_000]);
  expect([one.every((byte) => byte === 1), two.every((byte) => byte === 2)]).toEqual([true, true]);
});

test.each([
  [SLAB_BYTES - LEAST_READ_BYTES, true],
  [SLAB_BYTES - LEAST_READ_BYTES + 1, false],
])('after %i bytes, the slab has room for another read: %j', (sizeBytes, isShared) => {
  const { read } = openSocket();
  expect(read(sizeBytes, 1).buffer === read(10, 2).buffer).toBe(isShared);
});

test('reuses memory only after every piece of it is released', () => {
  const { pool, read } = openSocket();
  const pieces = [read(1_000, 1), read(SLAB_BYTES - 1_000, 2)];
  pool.release(pieces[0] as Buffer);
  const fresh = read(SLAB_BYTES, 3);
  expect(fresh.buffer).not.toBe(pieces[0]?.buffer);
  expect(pieces[1]?.every((byte) => byte === 2)).toBe(true);
  pool.release(pieces[1] as Buffer);
  expect(read(SLAB_BYTES, 4).buffer).toBe(pieces[0]?.buffer);
  pool.release(fresh);
  expect(read(SLAB_BYTES, 5).buffer).toBe(fresh.buffer);
});

test('does not reuse released memory that a socket still reads into', () => {
  const { pool, read } = openSocket();
  const first = read(1_000, 1);
  pool.release(first);
  const other = openSocket(pool);
  // The socket holds the rest of the memory of its last read.
  const rest = other.read(SLAB_BYTES - 1_000, 2);
  expect([rest.buffer === first.buffer, rest.byteOffset]).toEqual([true, 1_000]);
});

test('resets the piece count of reused memory', () => {
  const { pool, read } = openSocket();
  for (let turn = 1; turn <= 3; turn += 1) {
    const [one, two] = [read(1_000, turn), read(SLAB_BYTES - 1_000, turn)];
    pool.release(one);
    pool.release(two);
    expect(two.every((byte) => byte === turn)).toBe(true);
  }
  const [one, two] = [read(1_000, 8), read(SLAB_BYTES - 1_000, 9)];
  pool.release(two);
  read(SLAB_BYTES, 7);
  expect(one.every((byte) => byte === 8)).toBe(true);
});

test('does not hand out reused memory while a socket reads into it', () => {
  const { pool, read } = openSocket();
  pool.release(read(SLAB_BYTES, 1));
  pool.release(read(1_000, 2));
  const rest = read(SLAB_BYTES - 1_000, 3);
  read(SLAB_BYTES, 4);
  expect([rest.byteOffset, rest.every((byte) => byte === 3)]).toEqual([1_000, true]);
});

test('stops reading when the socket is full', () => {
  const { pool, socket, buffer } = openSocket();
  expect(pool.onread.callback.call(socket, SLAB_BYTES, buffer())).toBe(false);
  expect(pool.onread.callback.call(new Readable({ read: () => undefined }), 1, buffer())).toBe(true);
});

test('rejects reads into foreign memory and ignores its release', () => {
  const { pool, socket } = openSocket();
  expect(() => pool.release(Buffer.alloc(1))).not.toThrow();
  expect(() => pool.onread.callback.call(socket, 1, Buffer.alloc(1))).toThrow('a read into foreign memory');
  expect(() => pool.onread.callback.call(undefined, 1, pool.onread.buffer())).toThrow(
    'a read without its socket',
  );
});
