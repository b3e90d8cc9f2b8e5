import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExpectedError } from '../../src/errors.ts';
import { backoffMs, isTransientResponse, parseRetryAfter, withRetries } from '../../src/http/retry.ts';
import { createFastClock } from '../support/fast-clock.ts';

const headers = (fields: Readonly<Record<string, string | null>>) => ({
  get: (name: string) => fields[name] ?? null,
});
const NOW_MS = Date.UTC(2026, 0, 15, 12, 0, 0);

describe('parseRetryAfter', () => {
  test.each([
    ['7', 7_000],
    [' 7 ', 7_000],
    ['0', 1_000],
    ['1.5', 1_500],
    ['300', 300_000],
    ['301', 300_000],
    ['99999999999999', 300_000],
    ['Thu, 15 Jan 2026 12:01:00 GMT', 60_000],
    ['Thursday, 15-Jan-26 12:01:00 GMT', 60_000],
    ['Thu Jan 15 12:01:00 2026 GMT', 60_000],
    ['Thu, 15 Jan 2026 11:00:00 GMT', 1_000],
    ['Fri, 16 Jan 2026 12:00:00 GMT', 300_000],
    [null, null],
    ['', null],
    ['-5', null],
    ['+5', null],
    ['5s', null],
    ['soon', null],
    ['Thu, 99 Foo 2026 12:01:00 GMT', null],
  ])('%j is %j ms', (value, delayMs) => {
    expect(parseRetryAfter(headers({ 'retry-after': value }), NOW_MS)).toBe(delayMs);
  });

  const NOW_SECONDS = NOW_MS / 1_000;

  test.each<[string, Record<string, string>, number | null]>([
    ['a reset in seconds', { 'ratelimit-reset': '20' }, 20_000],
    ['a reset in epoch seconds', { 'x-ratelimit-reset': String(NOW_SECONDS + 20) }, 20_000],
    ['the largest value read as seconds', { 'ratelimit-reset': '999999999' }, 300_000],
    ['the smallest value read as epoch seconds, in the past', { 'ratelimit-reset': '1000000000' }, 1_000],
    ['a reset in another spelling', { 'x-rate-limit-reset': '20' }, 20_000],
    ['Retry-After takes precedence over a reset', { 'retry-after': '7', 'ratelimit-reset': '20' }, 7_000],
    ['a reset with an invalid Retry-After', { 'retry-after': 'soon', 'ratelimit-reset': '20' }, 20_000],
    [
      "a date relative to the server's clock, which is a year ahead",
      { 'retry-after': 'Fri, 15 Jan 2027 12:01:00 GMT', date: 'Fri, 15 Jan 2027 12:00:00 GMT' },
      60_000,
    ],
    [
      "epoch seconds relative to the server's clock",
      { 'ratelimit-reset': String(NOW_SECONDS + 3_620), date: 'Thu, 15 Jan 2026 13:00:00 GMT' },
      20_000,
    ],
    ['an invalid Date', { 'retry-after': 'Thu, 15 Jan 2026 12:01:00 GMT', date: 'today' }, 60_000],
    ['no headers', {}, null],
  ])('%s', (_name, fields, delayMs) => {
    expect(parseRetryAfter(headers(fields), NOW_MS)).toBe(delayMs);
  });
});

test('backoffMs doubles from 0.5 s to 30 s, with the upper half random', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 50].map((attempt) => backoffMs(attempt, 0))).toEqual([
    250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
  ]);
  expect([0.25, 0.5, 1].map((random) => backoffMs(1, random))).toEqual([313, 375, 500]);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempt, random) => {
        const delayMs = backoffMs(attempt, random);
        expect(delayMs).toBeGreaterThanOrEqual(250);
        expect(delayMs).toBeLessThanOrEqual(30_000);
      },
    ),
  );
});

test('isTransientResponse accepts 408, 425, 429, 5xx except 501 and 505, and 403 with Retry-After', () => {
  const isTransientStatus = (status: number) => isTransientResponse({ status, headers: headers({}) });
  const transient = Array.from({ length: 600 }, (_, status) => status).filter(isTransientStatus);
  expect(transient.filter((status) => status < 500)).toEqual([408, 425, 429]);
  expect(
    Array.from({ length: 100 }, (_, index) => 500 + index).filter((status) => !isTransientStatus(status)),
  ).toEqual([501, 505]);
  const asksToWait = { headers: headers({ 'retry-after': '7' }) };
  expect([400, 401, 403, 404].filter((status) => isTransientResponse({ status, ...asksToWait }))).toEqual([
    403,
  ]);
});

describe('withRetries', () => {
  const policy = (retries: number) => ({
    retries,
    clock: createFastClock(),
    random: () => 0,
    signal: new AbortController().signal,
  });
  const failing = (error: unknown, times: number) => {
    let calls = 0;
    return {
      calls: () => calls,
      run: async () => {
        calls += 1;
        if (calls <= times) throw error;
        return calls;
      },
    };
  };
  const transient = new ExpectedError('UNAVAILABLE', 'x', { transient: true });

  test.each([
    [1, 1],
    [5, 5],
    [5, 0],
  ])('with %i retries, succeeds after %i failures in a row', async (retries, failures) => {
    const { run, calls } = failing(transient, failures);
    expect(await withRetries(run, policy(retries))).toBe(failures + 1);
    expect(calls()).toBe(failures + 1);
  });

  test.each([0, 1, 5])('with %i retries, rejects after one failure more', async (retries) => {
    const { run, calls } = failing(transient, retries + 1);
    await expect(withRetries(run, policy(retries))).rejects.toBe(transient);
    expect(calls()).toBe(retries + 1);
  });

  test.each([
    ['a permanent error', new ExpectedError('UNAVAILABLE', 'x')],
    ['an unexpected error', new TypeError('x')],
  ])('does not retry %s', async (_name, error) => {
    const { run, calls } = failing(error, 9);
    await expect(withRetries(run, policy(5))).rejects.toBe(error);
    expect(calls()).toBe(1);
  });

  test('reports each retry and waits for its delay', async () => {
    const log: unknown[] = [];
    const sleep = async (delayMs: number) => {
      log.push(`sleep ${delayMs}`);
      await new Promise(setImmediate);
      log.push('awake');
    };
    const retrying = policy(2);
    const run = withRetries(
      async () => {
        log.push('try');
        throw transient;
      },
      {
        ...retrying,
        clock: { ...retrying.clock, sleep },
        random: () => 0.5,
        onRetry: ({ error, attempt, delayMs }) => log.push([error === transient, attempt, delayMs]),
      },
    );
    await expect(run).rejects.toBe(transient);
    expect(log).toEqual([
      'try',
      [true, 1, 375],
      'sleep 375',
      'awake',
      'try',
      [true, 2, 750],
      'sleep 750',
      'awake',
      'try',
    ]);
  });

  test('prefers the delay of the service to the backoff', async () => {
    const asked = new ExpectedError('UNAVAILABLE', 'x', { transient: true, retryAfterMs: 7_000 });
    const retrying = policy(5);
    await withRetries(failing(asked, 2).run, retrying);
    expect(retrying.clock.sleepsMs).toEqual([7_000, 7_000]);
  });
});

test.each([
  ['permanent', new ExpectedError('BAD_RESPONSE', 'half an answer')],
  ['transient', new ExpectedError('UNAVAILABLE', 'reset', { transient: true })],
])('rejects with the interruption and reports no retry after a %s failure', async (_name, error) => {
  const interruption = new AbortController();
  const told: unknown[] = [];
  const run = withRetries(
    async () => {
      interruption.abort(new Error('interrupted'));
      throw error;
    },
    {
      retries: 3,
      clock: createFastClock(),
      random: () => 0.5,
      signal: interruption.signal,
      onRetry: (retry) => told.push(retry),
    },
  );
  await expect(run).rejects.toThrow('interrupted');
  expect(told).toEqual([]);
});
