import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { linkController } from '../../src/http/linked-controller.ts';

test('aborts with the outer signal and its reason', () => {
  const outer = new AbortController();
  const inner = linkController(outer.signal);
  outer.abort(new Error('interrupted'));
  expect(inner.signal.reason).toEqual(new Error('interrupted'));
  expect(linkController(outer.signal).signal.reason).toEqual(new Error('interrupted'));
});

test('does not abort the outer signal', () => {
  const outer = new AbortController();
  const inner = linkController(outer.signal);
  inner.abort(new Error('too late'));
  expect([inner.signal.aborted, outer.signal.aborted]).toEqual([true, false]);
});

test('release removes its listener from the outer signal', () => {
  const outer = new AbortController();
  const inner = linkController(outer.signal);
  inner.release();
  expect(getEventListeners(outer.signal, 'abort')).toEqual([]);
  outer.abort();
  expect(inner.signal.aborted).toBe(false);
});

test('allows a dozen listeners without a MaxListenersExceededWarning', async () => {
  const { signal } = linkController(new AbortController().signal);
  for (let piece = 0; piece < 12; piece += 1) signal.addEventListener('abort', () => undefined);
  // Node warns a moment later, and any warning fails a test (test/setup/left-over.ts).
  await new Promise(setImmediate);
  expect(signal.aborted).toBe(false);
});
