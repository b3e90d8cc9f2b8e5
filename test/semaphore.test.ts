import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { createSemaphore } from '../src/semaphore.ts';

const { signal } = new AbortController();

/** Acquires a slot, and records the name when it has one. */
function queue(semaphore: ReturnType<typeof createSemaphore>) {
  const order: string[] = [];
  const acquire = async (name: string, ending = signal) => {
    await semaphore.acquire(ending);
    order.push(name);
  };
  return { order, acquire };
}

const settle = () => new Promise(setImmediate);

test('callers wait in order until a slot is free', async () => {
  const semaphore = createSemaphore(2);
  const { order, acquire } = queue(semaphore);
  expect(semaphore.total).toBe(2);
  await Promise.all([acquire('a'), acquire('b')]);
  expect(semaphore.isWanted()).toBe(false);
  const waiting = [acquire('c'), acquire('d')];
  await settle();
  expect([order, semaphore.isWanted()]).toEqual([['a', 'b'], true]);
  semaphore.release();
  await settle();
  expect(order).toEqual(['a', 'b', 'c']);
  semaphore.release();
  await Promise.all(waiting);
  expect([order, semaphore.isWanted()]).toEqual([['a', 'b', 'c', 'd'], false]);
  semaphore.release();
  semaphore.release();
  expect([1, 2, 3].map(() => semaphore.tryAcquire())).toEqual([true, true, false]);
  semaphore.release();
  expect([semaphore.tryAcquire(), semaphore.tryAcquire()]).toEqual([true, false]);
  semaphore.release();
  semaphore.release();
});

test('an aborted caller takes no slot, and the others keep their order', async () => {
  const semaphore = createSemaphore(1);
  const { order, acquire } = queue(semaphore);
  const ending = new AbortController();
  await acquire('a', ending.signal);
  const first = acquire('b');
  const left = acquire('c', ending.signal);
  const last = acquire('d');
  const reason = new Error('stopped');
  ending.abort(reason);
  await expect(left).rejects.toBe(reason);
  semaphore.release();
  await first;
  expect(semaphore.isWanted()).toBe(true);
  semaphore.release();
  await last;
  expect(order).toEqual(['a', 'b', 'd']);
  semaphore.release();
  await expect(acquire('e', ending.signal)).rejects.toBe(reason);
  expect(semaphore.tryAcquire()).toBe(true);
  semaphore.release();
});

test('removes its listener from the signal', async () => {
  const semaphore = createSemaphore(1);
  const ending = new AbortController();
  await semaphore.acquire(signal);
  const waiting = semaphore.acquire(ending.signal);
  expect(getEventListeners(ending.signal, 'abort')).toHaveLength(1);
  semaphore.release();
  await waiting;
  expect(getEventListeners(ending.signal, 'abort')).toEqual([]);
  semaphore.release();
});
