import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createPieceQueue } from '../../../src/download/remote/piece-queue.ts';

const HALF = Buffer.alloc(524_288);

test('the sender waits at more than 1 MiB until the reader has taken enough', async () => {
  const queue = createPieceQueue();
  expect(queue.put(HALF.subarray(1))).toBeNull();
  expect(queue.put(HALF)).toBeNull();
  let isFree = false;
  const waiting = queue.put(HALF.subarray(0, 1))?.then(() => {
    isFree = true;
  });
  const pieces = queue.pieces();
  expect((await pieces.next()).value).toHaveLength(HALF.length - 1);
  await setImmediate();
  // The reader is still processing the piece.
  expect(isFree).toBe(false);
  expect((await pieces.next()).value).toHaveLength(HALF.length);
  await waiting;
  expect(isFree).toBe(true);
  queue.end();
  expect((await pieces.next()).value).toHaveLength(1);
  expect(await pieces.next()).toEqual({ done: true, value: undefined });
});

test('the sender keeps waiting while more than 1 MiB is queued', async () => {
  const queue = createPieceQueue();
  let isFree = false;
  const waiting = queue.put(HALF);
  expect(waiting).toBeNull();
  void queue.put(HALF);
  void queue.put(HALF)?.then(() => {
    isFree = true;
  });
  const pieces = queue.pieces();
  await pieces.next();
  await pieces.next();
  await setImmediate();
  expect(isFree).toBe(false);
  await pieces.next();
  await setImmediate();
  expect(isFree).toBe(true);
});

test('a piece or the end wakes a waiting reader', async () => {
  const queue = createPieceQueue();
  const pieces = queue.pieces();
  const [first, second] = [pieces.next(), pieces.next()];
  await setImmediate();
  void queue.put(Buffer.from('piece'));
  expect((await first).value?.toString()).toBe('piece');
  await setImmediate();
  queue.end();
  expect((await second).done).toBe(true);
});

test('after the last piece, the reader receives the first error', async () => {
  const queue = createPieceQueue();
  const failure = new Error('reset');
  void queue.put(Buffer.from('piece'));
  queue.end(failure);
  queue.end(new Error('later'));
  queue.end();
  const pieces = queue.pieces();
  expect((await pieces.next()).value?.toString()).toBe('piece');
  await expect(pieces.next()).rejects.toBe(failure);
});
