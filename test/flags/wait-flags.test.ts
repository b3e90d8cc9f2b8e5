import { expect, test } from 'vitest';
import { readWaitFlags, refuseWaitFlags } from '../../src/flags/wait-flags.ts';

test.each([
  [{}, { timeoutMs: 21_600_000, intervalMs: null }],
  [{ timeout: 0 }, { timeoutMs: 0, intervalMs: null }],
  [
    { timeout: 5, interval: 7 },
    { timeoutMs: 5, intervalMs: 7 },
  ],
  [{ wait: true }, { timeoutMs: 21_600_000, intervalMs: null }],
  [
    { wait: false, interval: 7 },
    { timeoutMs: 0, intervalMs: 7 },
  ],
  [
    { wait: false, timeout: 0 },
    { timeoutMs: 0, intervalMs: null },
  ],
])('%j means %j', (raw, flags) => {
  expect(readWaitFlags(raw)).toEqual(flags);
});

test('rejects --no-wait with a --timeout above 0', () => {
  expect(() => readWaitFlags({ wait: false, timeout: 1 })).toThrow(
    expect.objectContaining({ code: 'USAGE', message: '--no-wait and --timeout cannot be combined' }),
  );
});

test('rejects --timeout and --interval for a command that does not wait', () => {
  for (const [raw, flag] of [
    [{ timeout: 0 }, '--timeout'],
    [{ interval: 1 }, '--interval'],
    [{ timeout: 1, interval: 1 }, '--timeout'],
  ] as const)
    expect(() => refuseWaitFlags(raw, '--wait')).toThrow(
      expect.objectContaining({ code: 'USAGE', message: `${flag} needs --wait` }),
    );
  expect(() => refuseWaitFlags({ wait: false }, '--wait')).not.toThrow();
});
