import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { pollDelayMs } from '../../src/wait/schedule.ts';

const moment = { waitedMs: 0, intervalMs: null, retryAfterMs: null, random: 0.5 };

test.each([
  [{}, 700],
  [{ random: 0 }, 630],
  [{ random: 1 }, 770],
  [{ waitedMs: 5_300 }, 700],
  [{ waitedMs: 9_000 }, 1_170],
  [{ waitedMs: 100_000 }, 13_000],
  [{ waitedMs: 300_000 }, 30_000],
  [{ waitedMs: 6 * 3_600_000 }, 30_000],
  [{ intervalMs: 5_000 }, 5_000],
  [{ intervalMs: 120_000 }, 120_000],
  [{ intervalMs: 5_000, waitedMs: 3_600_000, random: 0 }, 4_500],
  [{ retryAfterMs: 7_000 }, 7_000],
  [{ retryAfterMs: 7_000, intervalMs: 60_000, waitedMs: 600_000, random: 0.9 }, 7_000],
])('%j: waits %i ms', (changed, delayMs) => {
  expect(pollDelayMs({ ...moment, ...changed })).toBe(delayMs);
});

test('the delay is 0.63 to 33 s and never decreases', () => {
  const waited = fc.nat(24 * 3_600_000);
  fc.assert(
    fc.property(
      waited,
      waited,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (a, b, random) => {
        const [early, late] = [Math.min(a, b), Math.max(a, b)];
        const earlyMs = pollDelayMs({ ...moment, waitedMs: early, random });
        const lateMs = pollDelayMs({ ...moment, waitedMs: late, random });
        expect(earlyMs).toBeGreaterThanOrEqual(630);
        expect(lateMs).toBeLessThanOrEqual(33_000);
        expect(lateMs).toBeGreaterThanOrEqual(earlyMs);
      },
    ),
  );
});
