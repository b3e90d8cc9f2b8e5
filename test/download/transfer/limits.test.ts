import { describe, expect, test } from 'vitest';
import { TooSlowError } from '../../../src/download/response/stall-detector.ts';
import { measureSpeed } from '../../../src/download/transfer/chunk-speed.ts';
import { coalesceWrites } from '../../../src/download/transfer/coalesce-writes.ts';
import { createPausedTime } from '../../../src/download/transfer/paused-time.ts';
import { createRateLimit } from '../../../src/download/transfer/rate-limit.ts';
import { createRetryBudget } from '../../../src/download/transfer/retry-budget.ts';
import { createScheduler } from '../../../src/download/transfer/scheduler.ts';
import { createSpeedometer } from '../../../src/download/transfer/speed.ts';
import { ExpectedError } from '../../../src/errors.ts';
import { createSemaphore } from '../../../src/semaphore.ts';
import { standingClock } from '../../support/standing-clock.ts';

describe('rate limit', () => {
  test('is shared by all consumers', () => {
    const limit = createRateLimit(1_000, standingClock());
    expect([limit.consume(500), limit.consume(500), limit.consume(1_000)]).toEqual([500, 1_000, 2_000]);
  });

  test('allows a burst of at most a tenth of a second after a pause', () => {
    const clock = standingClock();
    const limit = createRateLimit(1_000, clock);
    clock.pass(60_000);
    expect([limit.consume(100), limit.consume(500)]).toEqual([0, 500]);
  });
});

describe('speed', () => {
  test('is unknown for the first 200 ms, and never negative', () => {
    const clock = standingClock();
    const speed = createSpeedometer(clock);
    expect(speed(0)).toBeNull();
    clock.pass(199);
    expect(speed(1_000)).toBeNull();
    clock.pass(1);
    expect(speed(1_000)).toBe(5_000);
    clock.pass(1);
    expect(speed(-1)).toBe(0);
  });

  test('covers the last five seconds', () => {
    const clock = standingClock();
    const speed = createSpeedometer(clock);
    // One burst, between 200 and 400 ms.
    const speeds = Array.from({ length: 28 }, (_, step) => {
      const bytesPerSecond = speed(step < 2 ? 0 : 1_000);
      clock.pass(200);
      return bytesPerSecond;
    });
    expect(speeds.slice(0, 3)).toEqual([null, 0, 2_500]);
    expect(speeds.slice(25)).toEqual([200, 200, 0]);
  });

  test('after a pause covers the time since the last sample', () => {
    const clock = standingClock();
    const speed = createSpeedometer(clock);
    speed(0);
    clock.pass(10_000);
    expect(speed(1_000)).toBe(100);
    clock.pass(10_000);
    expect(speed(4_000)).toBe(300);
  });
});

describe('speed of a piece', () => {
  test('is the average after three seconds, and 0 after three seconds of silence', () => {
    const clock = standingClock();
    const chunk = createScheduler([{ start: 0, end: 10_000 }], { connections: 1 }).next();
    if (chunk === null) throw new Error('nothing to take');
    const count = measureSpeed(chunk, clock);
    clock.pass(2_999);
    count(3_000);
    expect(chunk.bytesPerSecond()).toBe(Number.POSITIVE_INFINITY);
    clock.pass(1);
    expect(chunk.bytesPerSecond()).toBe(1_000);
    clock.pass(2_998);
    expect(chunk.bytesPerSecond()).toBe(3_000_000 / 5_998);
    clock.pass(1);
    expect(chunk.bytesPerSecond()).toBe(0);
    count(2_997);
    expect(chunk.bytesPerSecond()).toBe(5_997_000 / 5_999);
  });
});

describe('paused time', () => {
  test('is the sum over all connections so far', () => {
    const clock = standingClock();
    const paused = createPausedTime(clock);
    const totals = (['pause', 'pause', 'release', 'release'] as const).map((change) => {
      clock.pass(100);
      paused[change]();
      clock.pass(100);
      return paused.totalMs();
    });
    expect(totals).toEqual([100, 400, 700, 800]);
  });
});

describe('retry budget', () => {
  const transient = (retryAfterMs?: number) =>
    new ExpectedError('UNAVAILABLE', 'reset', { transient: true, retryAfterMs });

  test('allows a number of failures in a row, then throws the last one', () => {
    const budget = createRetryBudget(2, () => 0.5, 0);
    const last = transient();
    expect([budget.spend(transient(), 0).attempt, budget.spend(transient(), 0).attempt]).toEqual([1, 2]);
    expect(() => budget.spend(last, 0)).toThrow(last);
  });

  test('case 57: is refilled by a new byte, but not by an old one', () => {
    const budget = createRetryBudget(2, () => 0.5, 100);
    budget.spend(transient(), 100);
    expect(budget.spend(transient(), 90).attempt).toBe(2);
    expect(budget.spend(transient(), 101).attempt).toBe(1);
    expect(budget.failures()).toBe(1);
  });

  test('case 56: is not refilled by a trickle', () => {
    const budget = createRetryBudget(1, () => 0.5, 0);
    const slow = new TooSlowError('UNAVAILABLE', 'slow', { transient: true });
    budget.spend(slow, 10);
    expect(() => budget.spend(slow, 20)).toThrow(slow);
  });

  test('honors Retry-After, and throws errors that are not transient at once', () => {
    const budget = createRetryBudget(5, () => 0.5, 0);
    expect(budget.spend(transient(7_000), 0).delayMs).toBe(7_000);
    const final = new ExpectedError('INTEGRITY', 'wrong');
    expect(() => budget.spend(final, 0)).toThrow(final);
    const bug = new TypeError('bug');
    expect(() => budget.spend(bug, 0)).toThrow(bug);
  });
});

describe('connection budget', () => {
  const { signal } = new AbortController();

  test('serves waiters first, in order', async () => {
    const budget = createSemaphore(1);
    expect([budget.tryAcquire(), budget.tryAcquire(), budget.isWanted()]).toEqual([true, false, false]);
    const order: number[] = [];
    const waiting = [1, 2].map((number) => budget.acquire(signal).then(() => order.push(number)));
    expect(budget.isWanted()).toBe(true);
    budget.release();
    expect(budget.tryAcquire()).toBe(false);
    budget.release();
    await Promise.all(waiting);
    expect([order, budget.isWanted()]).toEqual([[1, 2], false]);
    budget.release();
    expect(budget.tryAcquire()).toBe(true);
    budget.release();
  });

  test('is not used up by an aborted waiter', async () => {
    const budget = createSemaphore(1);
    await budget.acquire(signal);
    const controller = new AbortController();
    const waiting = budget.acquire(controller.signal);
    controller.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    budget.release();
    expect([budget.isWanted(), budget.tryAcquire()]).toEqual([false, true]);
    await expect(budget.acquire(AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    budget.release();
  });
});

describe('coalesceWrites', () => {
  function collector(writeBytes: number) {
    const clock = standingClock();
    const writes: { position: number; sizeBytes: number; done: () => void; fail: (error: Error) => void }[] =
      [];
    const writer = coalesceWrites(10, {
      writeBytes,
      clock,
      write: (chunks, position) =>
        new Promise((done, fail) => {
          writes.push({ position, sizeBytes: Buffer.concat([...chunks]).length, done, fail });
        }),
    });
    return { clock, writes, writer };
  }
  const piece = Buffer.alloc(60);
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  test('writes when enough is buffered, sequentially and without gaps', async () => {
    const { writer, writes } = collector(100);
    expect([writer.take(piece), writer.take(piece), writer.take(piece)]).toEqual([null, null, null]);
    const ending = writer.end();
    writes[0]?.done();
    await settle();
    writes[1]?.done();
    await ending;
    expect(writes).toMatchObject([
      { position: 10, sizeBytes: 120 },
      { position: 130, sizeBytes: 60 },
    ]);
  });

  test('case 67: buffers no more than one write in flight and one full buffer', async () => {
    const { writer, writes } = collector(100);
    void writer.take(piece);
    void writer.take(piece);
    void writer.take(piece);
    const full = writer.take(piece);
    expect(full).toBeInstanceOf(Promise);
    let isFree = false;
    const waiting = full?.then(() => {
      isFree = true;
    });
    await settle();
    expect([isFree, writes.length]).toEqual([false, 1]);
    writes[0]?.done();
    await settle();
    writes[1]?.done();
    await waiting;
    expect(isFree).toBe(true);
  });

  test('writes after at most a tenth of a second on a slow connection', async () => {
    const { clock, writer, writes } = collector(1_000_000);
    void writer.take(piece);
    clock.pass(99);
    void writer.take(piece);
    expect(writes).toEqual([]);
    clock.pass(1);
    expect(writes).toMatchObject([{ position: 10, sizeBytes: 120 }]);
    void writer.take(piece);
    clock.pass(100);
    writes[0]?.done();
    await settle();
    expect(writes.slice(1)).toMatchObject([{ position: 130, sizeBytes: 60 }]);
  });

  test('keeps throwing the first failure', async () => {
    const { writer, writes } = collector(50);
    void writer.take(piece);
    writes[0]?.fail(new Error('disk full'));
    await settle();
    expect(() => void writer.take(piece)).toThrow('disk full');
    await expect(writer.end()).rejects.toThrow('disk full');
  });
});
