import { expect, test } from 'vitest';
import { createResponseBudget } from '../../src/api/response-budget.ts';
import { commandCredential } from '../../src/auth/credential.ts';
import type { Answer } from '../support/api/api-script.ts';
import { startApi } from '../support/api/api-server.ts';
import { openClient } from '../support/api/open-client.ts';
import { createFastClock } from '../support/fast-clock.ts';

const signal = new AbortController().signal;

/** An API client whose token command prints `old` first and `new` from then on. */
function clientOf(origin: string) {
  const clock = createFastClock({ speed: 1 });
  let runs = 0;
  const credential = commandCredential(async () => {
    runs += 1;
    return runs === 1 ? 'old' : 'new';
  });
  return openClient({ origin }, { clock, credential });
}

test('retries a 401 with a renewed token without waiting for its body', async () => {
  let hangUp = (): void => {};
  const refusalClosed = new Promise<void>((resolve) => {
    hangUp = resolve;
  });
  const api = await startApi({
    token: null,
    script: {
      'GET /v2/downloads': async (request, reply) => {
        if (request.headers.get('authorization') === 'Bearer new') return await reply.json(200, { data: [] });
        await reply.head(401, { 'content-length': 1_000_000 });
        await reply.stall();
        hangUp();
      },
    },
  });
  expect(await clientOf(api.origin).listDownloads(0, 1, signal)).toMatchObject({ items: [] });
  expect(api.requests.map(({ headers }) => headers.get('authorization'))).toEqual([
    'Bearer old',
    'Bearer new',
  ]);
  await refusalClosed;
});

test('sends Accept, Accept-Encoding, and the Content-Type of a body', async () => {
  const api = await startApi({ token: null });
  const client = clientOf(api.origin);
  await client.listDownloads(0, 1, signal);
  await client.createDownload({ selectedRenditionIds: ['r'] }, signal);
  const fields = api.requests.map(({ headers }) =>
    ['accept', 'accept-encoding', 'authorization', 'content-type'].map((name) => headers.get(name)),
  );
  expect(fields).toEqual([
    ['application/json', 'identity', 'Bearer old', undefined],
    ['application/json', 'identity', 'Bearer old', 'application/json'],
  ]);
});

test.each<[string, Answer, readonly unknown[] | null]>([
  ['null', { json: { success: true, data: null } }, null],
  ['null and a total of 0', { json: { success: true, data: null, total: 0 } }, []],
  ['null and a header with 0', { json: null, headers: { 'x-total-count': '0' } }, []],
  ['empty arrays', { json: { data: { one: [], two: [] } } }, null],
])('listTranscripts reads %s as no transcripts', async (_name, reply, wanted) => {
  const api = await startApi({ token: null, script: { 'GET /v2/media/{id}/metadata/transcripts': reply } });
  expect(await clientOf(api.origin).listTranscripts('m', signal)).toEqual(wanted);
});

test.each<[string, Answer]>([
  ['in the response', { json: { success: true, data: null, total: 3 } }],
  ['in a header', { json: { data: { one: [], two: [] } }, headers: { 'x-total-count': '3' } }],
])('listTranscripts rejects a missing list with a total %s', async (_name, reply) => {
  const api = await startApi({ token: null, script: { 'GET /v2/media/{id}/metadata/transcripts': reply } });
  await expect(clientOf(api.origin).listTranscripts('m', signal)).rejects.toMatchObject({
    code: 'BAD_RESPONSE',
    message: 'no list in the response of the service',
  });
});

test('limits the pages that one client reads to 32 MiB in total', async () => {
  const text = '{"data":[]}'.padEnd(6 * 1_048_576);
  const api = await startApi({
    token: null,
    script: { 'GET /v2/downloads': { text, contentType: 'application/json' } },
  });
  const client = clientOf(api.origin);
  for (let page = 0; page < 5; page += 1)
    expect(await client.listDownloads(page, 50, signal)).toMatchObject({ items: [] });
  await expect(client.listDownloads(5, 50, signal)).rejects.toMatchObject({
    code: 'BAD_RESPONSE',
    message: 'the list is larger than 32 MiB',
  });
});

test('a response budget allows exactly 32 MiB', () => {
  const budget = createResponseBudget();
  for (let page = 0; page < 32; page += 1) budget.spend(1_048_576);
  expect(() => budget.spend(1)).toThrow('is larger than 32 MiB');
});
