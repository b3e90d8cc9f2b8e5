import { expect, test } from 'vitest';
import { createSemaphore } from '../../src/semaphore.ts';
import { leftOverSince, openResources } from './left-over.ts';

const AT_ONCE_MS = 0;

test('reports a connection as left over until it is released', async () => {
  const before = new Set(openResources());
  const budget = createSemaphore(1);
  await budget.acquire(new AbortController().signal);
  expect(budget.tryAcquire()).toBe(false);
  expect(await leftOverSince(before, AT_ONCE_MS)).toEqual(['connection slot 1']);
  budget.release();
  expect(budget.tryAcquire()).toBe(true);
  expect(await leftOverSince(before, AT_ONCE_MS)).toEqual(['connection slot 1']);
  budget.release();
  expect(await leftOverSince(before, AT_ONCE_MS)).toEqual([]);
});
