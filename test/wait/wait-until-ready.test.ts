import { expect, test } from 'vitest';
import { type Package, parsePackage } from '../../src/api/package.ts';
import { ExpectedError } from '../../src/errors.ts';
import { type WaitEvent, type WaitOptions, waitUntilReady } from '../../src/wait/wait-until-ready.ts';

const files = [{ name: 'a.zip', url: 'https://files.example/a.zip' }];
const preparing = packageOf({ status: 'preparing' });
const ready = packageOf({ status: 'ready', files });
const withoutFiles = packageOf({ status: 'ready' });
const unavailable = new ExpectedError('UNAVAILABLE', 'busy');
const notFound = new ExpectedError('NOT_FOUND', 'no such');

function packageOf(fields: object, retryAfterMs: number | null = null): Package {
  return parsePackage({ id: 'p1', ...fields }, retryAfterMs);
}

/** Waits on a clock that only sleeps advance. The last result of a check is repeated forever. */
async function wait(looks: readonly (Package | Error)[], options: Partial<WaitOptions> = {}) {
  const pausesMs: number[] = [];
  const retries: (number | undefined)[] = [];
  const events: WaitEvent[] = [];
  let nowMs = 5_000;
  const ending = new AbortController();
  const clock = {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async (delayMs: number) => {
      pausesMs.push(delayMs);
      nowMs += delayMs;
    },
    after: () => () => {},
  };
  const getDownload = async (_id: string, _signal: AbortSignal, call: { retries?: number } = {}) => {
    const look = looks[Math.min(retries.length, looks.length - 1)];
    retries.push(call.retries);
    if (look instanceof Error) throw look;
    if (look === undefined) throw new Error('no look');
    return look;
  };
  const context = {
    api: { getDownload },
    clock,
    random: () => 0.5,
    signal: ending.signal,
    onEvent: (event: WaitEvent) => events.push(event),
  };
  const end = await waitUntilReady(
    'p1',
    { timeoutMs: 60_000, intervalMs: 10_000, isJustCreated: false, ...options },
    context,
  ).catch((error: unknown) => error);
  const told = events.map((event) => {
    if (event.kind === 'state') return `state ${event.item.status} ${event.waitedMs}`;
    if (event.kind === 'still') return `still ${event.item?.status ?? 'unknown'} ${event.waitedMs}`;
    if (event.kind === 'unknown-status') return `unknown ${event.status}`;
    return `failed ${event.error.code} ${event.attempt}`;
  });
  return { end, told, pausesMs, retries };
}

const failure = (code: string, message: unknown, details: object = { id: 'p1' }) =>
  expect.objectContaining({ code, message, details: expect.objectContaining(details) });

test('reports each new status once, and each delay', async () => {
  const { end, told, pausesMs, retries } = await wait([preparing, preparing, ready]);
  expect(end).toBe(ready);
  expect(told).toEqual([
    'state preparing 0',
    'still preparing 0',
    'still preparing 10000',
    'state ready 20000',
  ]);
  expect(pausesMs).toEqual([10_000, 10_000]);
  // The first check is retried like any call; after that, the next check is the retry.
  expect(retries).toEqual([undefined, 0, 0]);
});

test('shortens the last delay to the remaining time, then fails with NOT_READY', async () => {
  const { end, pausesMs } = await wait([preparing], { timeoutMs: 25_000 });
  expect(pausesMs).toEqual([10_000, 10_000, 5_000]);
  expect(end).toEqual(failure('NOT_READY', 'package p1 is still preparing after 25 s'));
});

test('checks once with a timeout of 0', async () => {
  expect(await wait([preparing], { timeoutMs: 0 })).toMatchObject({
    end: failure('NOT_READY', 'package p1 is still preparing'),
    pausesMs: [],
  });
});

test('honors the Retry-After of the service', async () => {
  const { pausesMs } = await wait([packageOf({ status: 'preparing' }, 7_000), ready]);
  expect(pausesMs).toEqual([7_000]);
  const busy = unavailable.with({ retryAfterMs: 3_000 });
  expect((await wait([preparing, busy, ready])).pausesMs).toEqual([10_000, 3_000]);
});

test('counts and reports failed checks after the first response and continues', async () => {
  const page = new ExpectedError('BAD_RESPONSE', 'a page');
  const { end, told } = await wait([preparing, unavailable, page, ready]);
  expect(end).toBe(ready);
  expect(told.filter((event) => event.startsWith('failed'))).toEqual([
    'failed UNAVAILABLE 1',
    'failed BAD_RESPONSE 2',
  ]);
});

test('reports the last failed check at the timeout', async () => {
  const { end } = await wait([preparing, unavailable], { timeoutMs: 20_000 });
  expect(end).toEqual(
    failure('NOT_READY', 'package p1 is still preparing after 20 s; the last check failed: busy'),
  );
});

test.each([unavailable, new ExpectedError('BAD_RESPONSE', 'a page'), new ExpectedError('AUTH', 'no')])(
  'fails if the first check fails with $code',
  async (error) => {
    const { end, retries } = await wait([error]);
    expect(end).toEqual(failure(error.code, error.message));
    expect(retries).toEqual([undefined]);
  },
);

test.each(['AUTH', 'NOT_FOUND'] as const)('%s ends the wait at any check', async (code) => {
  const { end } = await wait([preparing, new ExpectedError(code, 'no')]);
  expect(end).toEqual(failure(code, expect.any(String)));
});

test('passes on an unexpected error unchanged', async () => {
  const bug = new TypeError('a bug');
  expect((await wait([preparing, bug])).end).toBe(bug);
});

test('hints at the list for an unknown package', async () => {
  expect((await wait([notFound])).end).toEqual(
    failure('NOT_FOUND', 'no package with ID p1', {
      id: 'p1',
      cause: notFound,
      hint: "run 'streamdiver-dl list' to see your packages",
    }),
  );
});

test('accepts NOT_FOUND for 30 s after a create', async () => {
  const patient = { isJustCreated: true };
  expect((await wait([notFound, notFound, notFound, ready], patient)).pausesMs).toEqual([
    10_000, 10_000, 10_000,
  ]);
  expect((await wait([notFound], patient)).pausesMs).toEqual([10_000, 10_000, 10_000]);
  expect((await wait([unavailable], { ...patient, timeoutMs: 0 })).end).toEqual(
    failure('UNAVAILABLE', 'busy'),
  );
  expect((await wait([preparing, notFound], patient)).end).toEqual(failure('NOT_FOUND', expect.any(String)));
});

test('rejects a ready package without files at the third check in a row', async () => {
  expect((await wait([withoutFiles, withoutFiles, ready])).end).toBe(ready);
  const refused = failure('BAD_RESPONSE', 'package p1 is ready but lists no files');
  expect((await wait([withoutFiles])).end).toEqual(refused);
  expect((await wait([withoutFiles])).pausesMs).toHaveLength(2);
  expect((await wait([withoutFiles], { timeoutMs: 0 })).end).toEqual(refused);
  const interrupted = [withoutFiles, withoutFiles, preparing, withoutFiles, withoutFiles, ready];
  expect((await wait(interrupted)).end).toBe(ready);
});

test('continues after an unknown status and reports it once', async () => {
  const odd = packageOf({ status: 'polishing' });
  const { end, told } = await wait([odd, odd, ready]);
  expect(end).toBe(ready);
  expect(told.filter((event) => event.startsWith('unknown'))).toEqual(['unknown polishing']);
});

test('ends the wait with the message of the service for a failed or deleted package', async () => {
  const failed = packageOf({ status: 'failed', error: 'x'.repeat(600) });
  expect((await wait([preparing, failed])).end).toEqual(
    failure('JOB_FAILED', `the service failed to prepare package p1 (status: failed): ${'x'.repeat(500)}`),
  );
  expect((await wait([packageOf({ status: 'failed' })])).end).toEqual(
    failure('JOB_FAILED', 'the service failed to prepare package p1 (status: failed)'),
  );
  for (const reason of [
    { status: 'failed', failureReason: 'disk full' },
    { status: 'failed', error: { message: 'disk full' } },
    { status: { state: 'failed', reason: 'disk full' } },
  ]) {
    expect((await wait([packageOf(reason)])).end).toEqual(
      failure('JOB_FAILED', 'the service failed to prepare package p1 (status: failed): disk full'),
    );
  }
  expect((await wait([preparing, packageOf({ status: 'expired' })])).end).toEqual(
    failure('NOT_FOUND', 'package p1 is no longer available (status: expired)', {
      id: 'p1',
      hint: 'create the package again',
    }),
  );
});
