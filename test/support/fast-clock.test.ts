import { expect, test } from 'vitest';
import { createFastClock, FAST_CLOCK_START_MS } from './fast-clock.ts';

test('sleeps a fraction of the time but advances by all of it', async () => {
  const clock = createFastClock();
  const startedAtMs = performance.now();
  await clock.sleep(20_000);
  expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  // A timer may fire a millisecond early, which is 100 ms here.
  expect(clock.monotonicMs()).toBeGreaterThanOrEqual(19_700);
  expect(clock.now()).toBeGreaterThanOrEqual(FAST_CLOCK_START_MS + 19_700);
  expect(clock.sleepsMs).toEqual([20_000]);
});

test('stops while the process is blocked', async () => {
  const clock = createFastClock();
  const started = { realMs: performance.now(), clockMs: clock.monotonicMs() };
  const calls: string[] = [];
  clock.after(20_000, () => calls.push('20 s'));
  while (performance.now() - started.realMs < 500) {
    // Blocks, like a machine that runs other processes.
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(calls).toEqual([]);
  expect(clock.monotonicMs() - started.clockMs).toBeLessThan(20_000);
  await clock.sleep(20_000);
  expect(calls).toEqual(['20 s']);
});

test('skips sleeps with skipsSleeps', async () => {
  const clock = createFastClock({ skipsSleeps: true });
  for (let count = 0; count < 100; count++) await clock.sleep(3_600_000);
  expect(clock.monotonicMs()).toBeGreaterThanOrEqual(100 * 3_600_000);
  expect(clock.monotonicMs()).toBeLessThan(101 * 3_600_000);
});

test('keeps the order of sleeps and callbacks', async () => {
  const clock = createFastClock();
  const order: string[] = [];
  clock.after(20_000, () => order.push('after 20 s'));
  const cancel = clock.after(10_000, () => order.push('cancelled'));
  cancel();
  await Promise.all([
    clock.sleep(40_000).then(() => order.push('slept 40 s')),
    clock.sleep(5_000).then(() => order.push('slept 5 s')),
  ]);
  expect(order).toEqual(['slept 5 s', 'after 20 s', 'slept 40 s']);
});

test('rejects a sleep with the reason of its signal', async () => {
  const clock = createFastClock();
  const controller = new AbortController();
  const sleeping = clock.sleep(3_600_000, controller.signal);
  controller.abort(new Error('stopped'));
  await expect(sleeping).rejects.toThrow('stopped');
  await expect(clock.sleep(1, controller.signal)).rejects.toThrow('stopped');
});
