import { describe, expect, test } from 'vitest';
import { detectStalls, TooSlowError } from '../../../src/download/response/stall-detector.ts';
import type { ExpectedError } from '../../../src/errors.ts';
import { standingClock } from '../../support/standing-clock.ts';

/** Not a divisor of the time between two checks. */
const STEP_MS = 500;

function watch() {
  const clock = standingClock();
  const stalls: ExpectedError[] = [];
  const detector = detectStalls(clock, (error) => stalls.push(error));
  /** Lets time pass; silence by default. */
  const pass = (seconds: number, bytesPerSecond = 0) => {
    for (let step = 0; step < (seconds * 1_000) / STEP_MS; step += 1) {
      if (bytesPerSecond > 0) detector.count((bytesPerSecond * STEP_MS) / 1_000);
      clock.pass(STEP_MS);
    }
  };
  return { detector, pass, stalls };
}

const SILENT = {
  code: 'UNAVAILABLE',
  message: 'the transfer stalled: no byte for 30 s',
  details: { transient: true },
};
const SLOW = {
  code: 'UNAVAILABLE',
  message: 'the transfer stalled: slower than 1 KiB/s for 60 s',
  details: { transient: true },
};

describe('a connection without a byte', () => {
  test('is dead after 30 seconds, which is told once', () => {
    const { pass, stalls } = watch();
    pass(29.5);
    expect(stalls).toEqual([]);
    pass(0.5);
    expect(stalls).toMatchObject([SILENT]);
    pass(120);
    expect(stalls).toHaveLength(1);
  });

  test('lives on with each byte', () => {
    const { detector, pass, stalls } = watch();
    pass(20, 1_000_000);
    pass(25);
    detector.count(1);
    pass(25);
    expect(stalls).toEqual([]);
    pass(10);
    expect(stalls).toMatchObject([SILENT]);
  });

  test('is not watched any more once it is done', () => {
    const { detector, pass, stalls } = watch();
    pass(20);
    detector.stop();
    pass(120);
    expect(stalls).toEqual([]);
  });
});

describe('a slow connection', () => {
  test.each([
    [1_024, []],
    [1_022, [SLOW]],
  ])('of %i bytes per second for a minute', (bytesPerSecond, expected) => {
    const { pass, stalls } = watch();
    pass(59.5, bytesPerSecond);
    expect(stalls).toEqual([]);
    pass(0.5, bytesPerSecond);
    expect(stalls).toMatchObject(expected);
    expect(stalls.every((error) => error instanceof TooSlowError)).toBe(true);
  });

  test('is judged by each minute alone', () => {
    const { pass, stalls } = watch();
    pass(60, 1_000_000);
    pass(59.5, 100);
    expect(stalls).toEqual([]);
    pass(0.5, 100);
    expect(stalls).toMatchObject([SLOW]);
  });
});

describe('a pause of the reader', () => {
  test('is not held against a silent connection', () => {
    const { detector, pass, stalls } = watch();
    pass(25);
    detector.pause();
    pass(100);
    detector.release();
    pass(29.5);
    expect(stalls).toEqual([]);
    pass(0.5);
    expect(stalls).toMatchObject([SILENT]);
  });

  test.each([
    [1_024, []],
    [1_022, [SLOW]],
  ])('is not part of the minute in which %i bytes per second arrive', (bytesPerSecond, expected) => {
    const { detector, pass, stalls } = watch();
    pass(30, bytesPerSecond);
    detector.pause();
    pass(100);
    detector.release();
    pass(29.5, bytesPerSecond);
    expect(stalls).toEqual([]);
    pass(0.5, bytesPerSecond);
    expect(stalls).toMatchObject(expected);
  });

  test('that never began ends nothing', () => {
    const { detector, pass, stalls } = watch();
    pass(25);
    detector.release();
    pass(5);
    expect(stalls).toMatchObject([SILENT]);
  });
});
