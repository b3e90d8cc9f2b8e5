import { describe, expect, test } from 'vitest';
import { createDownload } from '../../src/api/create-download.ts';
import type { ApiResponse } from '../../src/api/response.ts';
import { type ErrorCode, type ErrorDetails, ExpectedError } from '../../src/errors.ts';
import { toHttpHeaders } from '../../src/http/headers.ts';
import { TransportError } from '../../src/http/transport-error.ts';
import { createFastClock } from '../support/fast-clock.ts';

const API_URL = new URL('https://api.example.com/v2');

/** Creates a package with these request outcomes in order, and counts the requests. */
async function create(outcomes: readonly unknown[], { retries = 2 } = {}) {
  const clock = createFastClock({ skipsSleeps: true });
  let posts = 0;
  const outcome = await createDownload(
    async () => {
      const next = outcomes[posts];
      posts += 1;
      if (next instanceof Error) throw next;
      return next as ApiResponse;
    },
    { apiUrl: API_URL, retry: { retries, clock, random: () => 0, signal: new AbortController().signal } },
  ).catch((error: unknown) => error);
  return { outcome, posts };
}

const response = (data: unknown, location?: string, retryAfterMs: number | null = null): ApiResponse => ({
  data,
  envelope: data,
  status: 201,
  headers: toHttpHeaders(location === undefined ? {} : { location }),
  url: new URL('https://api.example.com/v2/downloads'),
  retryAfterMs,
});

describe('the ID of the new package', () => {
  test.each<[string, ApiResponse]>([
    ['the data', response({ id: 'x', status: 'preparing' })],
    ['a layer of the data', response({ download: { id: 'x' } })],
    ['a result', response({ isSuccess: true, result: { id: 'x' } })],
    ['data that is only the ID', response('x')],
    ['the Location', response(null, 'https://api.example.com/v2/downloads/x')],
    ['a relative Location', response({}, 'downloads/x/')],
    ['a Location with escapes', response({}, '/other/downloads/%78')],
  ])('is read from %s', async (_name, first) => {
    const { outcome, posts } = await create([first]);
    expect([outcome, posts]).toMatchObject([{ id: 'x' }, 1]);
  });

  test('can contain a space', async () => {
    expect((await create([response('grün/x1 é')])).outcome).toMatchObject({ id: 'grün/x1 é' });
  });

  test('includes the delay before the first poll', async () => {
    for (const first of [
      response({ id: 'x' }, undefined, 7_000),
      response('x', undefined, 7_000),
      response(null, '/v2/downloads/x', 7_000),
    ])
      expect((await create([first])).outcome).toMatchObject({ retryAfterMs: 7_000 });
  });

  test.each<[string, ApiResponse]>([
    ['an empty body', response(null)],
    ['a message instead of data', response('Package 7 is being prepared')],
    ['a short message instead of data', response('Package created')],
    ['an object as text', response('{"id":"x"}')],
    ['a medium without a package', response({ status: 'preparing', media: { id: 'm1' } })],
    ['an object without an ID', response({ title: 't' })],
    ['a Location of another host', response(null, 'https://elsewhere.example.com/v2/downloads/x')],
    ['a Location of another kind', response(null, '/v2/media/x')],
    ['a Location of the list', response(null, '/v2/downloads/')],
    ['a Location that cannot be decoded', response(null, '/v2/downloads/%zz')],
    ['a Location that is not a URL', response(null, 'https://[')],
  ])('is missing from %s, which is AMBIGUOUS', async (_name, first) => {
    const { outcome, posts } = await create([first]);
    expect([outcome, posts]).toMatchObject([
      {
        code: 'AMBIGUOUS',
        message: 'no package ID in the response (HTTP 201)',
        details: { httpStatus: 201, cause: { code: 'BAD_RESPONSE' } },
      },
      1,
    ]);
  });
});

const failure = (code: ErrorCode, details: ErrorDetails = {}) =>
  new ExpectedError(code, 'x', { requestId: 'r', ...details });

describe('a failed request', () => {
  test.each<[string, ExpectedError]>([
    ['a lost connection', new TransportError('x', { transient: true }, true)],
    ['an unreadable response', failure('BAD_RESPONSE')],
    ['HTTP 200', failure('BAD_RESPONSE', { httpStatus: 200 })],
    ['HTTP 299', failure('BAD_RESPONSE', { httpStatus: 299 })],
    ['HTTP 303', failure('BAD_RESPONSE', { httpStatus: 303 })],
    ['HTTP 500', failure('UNAVAILABLE', { httpStatus: 500, transient: true })],
    ['HTTP 502', failure('UNAVAILABLE', { httpStatus: 502, transient: true })],
    ['HTTP 503 without a delay', failure('UNAVAILABLE', { httpStatus: 503, transient: true })],
  ])('with %s is AMBIGUOUS and not retried', async (_name, error) => {
    const { outcome, posts } = await create([error, response({ id: 'x' })]);
    const { httpStatus, requestId } = error.details;
    expect(outcome).toMatchObject({
      code: 'AMBIGUOUS',
      message: 'x',
      details: { httpStatus, requestId, cause: error },
    });
    expect(posts).toBe(1);
  });

  test.each<[string, Error]>([
    ['HTTP 300', failure('BAD_RESPONSE', { httpStatus: 300 })],
    ['HTTP 302', failure('BAD_RESPONSE', { httpStatus: 302 })],
    ['HTTP 400', failure('BAD_RESPONSE', { httpStatus: 400 })],
    ['HTTP 401', failure('AUTH', { httpStatus: 401 })],
    ['HTTP 499', failure('BAD_RESPONSE', { httpStatus: 499 })],
    ['an untrusted certificate', new TransportError('x', {}, false)],
    ['no credential', failure('AUTH')],
    ['a reported failure', failure('BAD_RESPONSE', { httpStatus: 200, nothingDone: true })],
    ['an unexpected error', new TypeError('x')],
  ])('with %s rejects with the original error and is not retried', async (_name, error) => {
    const { outcome, posts } = await create([error, response({ id: 'x' })]);
    expect([outcome, posts]).toEqual([error, 1]);
  });

  test.each<[string, ExpectedError]>([
    ['a refused connection', new TransportError('x', { transient: true }, false)],
    ['HTTP 408', failure('UNAVAILABLE', { httpStatus: 408, transient: true })],
    ['HTTP 425', failure('UNAVAILABLE', { httpStatus: 425, transient: true })],
    ['HTTP 429', failure('UNAVAILABLE', { httpStatus: 429, transient: true })],
    ['HTTP 503 with a delay', failure('UNAVAILABLE', { httpStatus: 503, transient: true, retryAfterMs: 1 })],
  ])('with %s is retried', async (_name, error) => {
    const { outcome, posts } = await create([error, error, response({ id: 'x' })]);
    expect([outcome, posts]).toMatchObject([{ id: 'x' }, 3]);
    expect(await create([error], { retries: 0 })).toEqual({ outcome: error, posts: 1 });
  });
});

describe('an interruption', () => {
  const stop = new ExpectedError('INTERRUPTED', 'interrupted');

  async function interrupt(when: 'during the request' | 'between two requests') {
    const interruption = new AbortController();
    const clock = createFastClock({ skipsSleeps: true });
    return await createDownload(
      async () => {
        if (when === 'between two requests') throw new TransportError('x', { transient: true }, false);
        interruption.abort(stop);
        throw new TransportError('x', {}, true);
      },
      {
        apiUrl: API_URL,
        retry: {
          retries: 2,
          clock,
          random: () => 0,
          signal: interruption.signal,
          onRetry: () => interruption.abort(stop),
        },
      },
    ).catch((error: unknown) => error);
  }

  test('during the request is not retryable and hints that the package may exist', async () => {
    expect(await interrupt('during the request')).toMatchObject({
      code: 'INTERRUPTED',
      retryable: false,
      details: { hint: "the package may exist; run 'streamdiver-dl list' before you create it again" },
    });
  });

  test('between two requests is passed on unchanged', async () => {
    expect(await interrupt('between two requests')).toBe(stop);
  });
});
