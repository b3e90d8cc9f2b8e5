import { describe, expect, test } from 'vitest';
import { detectStalls, TooSlowError } from '../../../src/download/response/stall-detector.ts';
import type { ExpectedError } from '../../../src/errors.ts';
import { standingClock } from '../../support/standing-clock.ts';

/** Not a divisor of the interval between two checks. */
const STEP_MS = 500;

function watch() {
  const clock = standingClock();
  const stalls: ExpectedError[] = [];
  const detector = detectStalls(clock, (error) => stalls.push(error));
  /** Advances the clock, without data by default. */
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

describe('a silent connection', () => {
  test('stalls after 30 seconds, and is reported once', () => {
    const { pass, stalls } = watch();
    pass(29.5);
    expect(stalls).toEqual([]);
    pass(0.5);
    expect(stalls).toMatchObject([SILENT]);
    pass(120);
    expect(stalls).toHaveLength(1);
  });

  test('starts over with each byte', () => {
    const { detector, pass, stalls } = watch();
    pass(20, 1_000_000);
    pass(25);
    detector.count(1);
    pass(25);
    expect(stalls).toEqual([]);
    pass(10);
    expect(stalls).toMatchObject([SILENT]);
  });

  test('is not watched after stop', () => {
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
  ])('with %i bytes per second for a minute', (bytesPerSecond, expected) => {
    const { pass, stalls } = watch();
    pass(59.5, bytesPerSecond);
    expect(stalls).toEqual([]);
    pass(0.5, bytesPerSecond);
    expect(stalls).toMatchObject(expected);
    expect(stalls.every((error) => error instanceof TooSlowError)).toBe(true);
  });

  test('is measured for each minute separately', () => {
    const { pass, stalls } = watch();
    pass(60, 1_000_000);
    pass(59.5, 100);
    expect(stalls).toEqual([]);
    pass(0.5, 100);
    expect(stalls).toMatchObject([SLOW]);
  });
});

describe('a pause of the reader', () => {
  test('does not count as silence', () => {
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
  ])('does not count toward the minute with %i bytes per second', (bytesPerSecond, expected) => {
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

  test('that never started changes nothing', () => {
    const { detector, pass, stalls } = watch();
    pass(25);
    detector.release();
    pass(5);
    expect(stalls).toMatchObject([SILENT]);
  });
});
