import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { pollDelayMs } from '../../src/wait/schedule.ts';

const moment = { waitedMs: 0, intervalMs: null, retryAfterMs: null, random: 0.5 };

test.each([
  [{}, 1_000],
  [{ random: 0 }, 900],
  [{ random: 1 }, 1_100],
  [{ waitedMs: 9_000 }, 1_000],
  [{ waitedMs: 100_000 }, 10_000],
  [{ waitedMs: 300_000 }, 30_000],
  [{ waitedMs: 6 * 3_600_000 }, 30_000],
  [{ intervalMs: 5_000 }, 5_000],
  [{ intervalMs: 120_000 }, 120_000],
  [{ intervalMs: 5_000, waitedMs: 3_600_000, random: 0 }, 4_500],
  [{ retryAfterMs: 7_000 }, 7_000],
  [{ retryAfterMs: 7_000, intervalMs: 60_000, waitedMs: 600_000, random: 0.9 }, 7_000],
])('%j pauses %i ms', (changed, delayMs) => {
  expect(pollDelayMs({ ...moment, ...changed })).toBe(delayMs);
});

test('is at least nine tenths of a second and at most 33 s, and never shrinks while waiting', () => {
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
        expect(earlyMs).toBeGreaterThanOrEqual(900);
        expect(lateMs).toBeLessThanOrEqual(33_000);
        expect(lateMs).toBeGreaterThanOrEqual(earlyMs);
      },
    ),
  );
});
