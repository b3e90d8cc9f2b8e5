import { describe, expect, test } from 'vitest';
import type { Api, ApiOptions } from '../../src/api/client.ts';
import { commandCredential } from '../../src/auth/credential.ts';
import { type ErrorCode, ExpectedError } from '../../src/errors.ts';
import type { Answer, Script } from '../support/api/api-script.ts';
import { startApi } from '../support/api/api-server.ts';
import { openClient } from '../support/api/open-client.ts';
import { createFastClock } from '../support/fast-clock.ts';

const signal = new AbortController().signal;

/** A client of a server with this script, and what the client reported. */
async function open(script: Script = {}, options: Partial<ApiOptions> = {}) {
  const api = await startApi({ token: null, script });
  const clock = createFastClock({ skipsSleeps: true });
  const told = { exchanges: [] as string[], warnings: [] as string[], retries: [] as unknown[] };
  const client = openClient(api, {
    clock,
    onExchange: (line) => told.exchanges.push(line),
    onWarning: (message) => told.warnings.push(message),
    onRetry: ({ attempt, delayMs }) => told.retries.push([attempt, delayMs]),
    ...options,
  });
  return { api, client, told, clock };
}

const TRANSCRIPT = { mediaId: 'm/1', transcriptId: 't 1', format: 'srt', speakers: true };

type Call = (client: Api) => Promise<unknown>;

const CALLS: readonly [string, Call, string][] = [
  ['getDownload', (client) => client.getDownload('a/b', signal), 'GET /v2/downloads/a%2Fb'],
  ['listDownloads', (client) => client.listDownloads(3, 7, signal), 'GET /v2/downloads?perPage=7&page=3'],
  ['deleteDownload', (client) => client.deleteDownload('a/b', signal), 'DELETE /v2/downloads/a%2Fb'],
  ['createDownload', (client) => client.createDownload({ title: 't' }, signal), 'POST /v2/downloads'],
  ['listMedia', (client) => client.listMedia({ page: 2 }, signal), 'GET /v2/media?page=2&perpage=50'],
  [
    'listMedia, sorted',
    (client) => client.listMedia({ page: 0, sort: 'name:desc' }, signal),
    'GET /v2/media?sort=name%3Adesc&page=0&perpage=50',
  ],
  ...(
    [
      ['text', 'text'],
      ['type', 'assetTypes'],
      ['tag', 'tags'],
      ['speaker', 'speakers'],
      ['channel', 'channelId'],
    ] as const
  ).map(([field, key]): [string, Call, string] => [
    `listMedia by ${field}`,
    (client) => client.listMedia({ page: 0, [field]: 'x y' }, signal),
    `GET /v2/search?type=mediaasset&${key}=x+y&page=0&perpage=50`,
  ]),
  ['getMediaItem', (client) => client.getMediaItem('a/b', signal), 'GET /v2/media/a%2Fb'],
  [
    'listTranscripts',
    (client) => client.listTranscripts('a/b', signal),
    'GET /v2/media/a%2Fb/metadata/transcripts?page=0&perpage=50',
  ],
  [
    'getTranscriptionStatus',
    (client) => client.getTranscriptionStatus('a/b', signal),
    'GET /v2/media/a%2Fb/metadata',
  ],
  [
    'openTranscript',
    async (client) => void (await client.openTranscript(TRANSCRIPT, signal)).body.resume(),
    'GET /v2/media/m%2F1/metadata/transcripts/t%201/download?transcriptDownloadType=srt',
  ],
  [
    'openTranscript without speakers',
    async (client) =>
      void (await client.openTranscript({ ...TRANSCRIPT, speakers: false }, signal)).body.resume(),
    'GET /v2/media/m%2F1/metadata/transcripts/t%201/download?transcriptDownloadType=srt&omitSpeakerLabels=true',
  ],
];

test.each(CALLS)('%s sends its request line and headers and logs the exchange', async (name, call, line) => {
  const { api, client, told } = await open();
  await call(client).catch(() => undefined);
  const [first] = api.requests;
  expect(`${first?.method} ${first?.target}`).toBe(line);
  const header = (field: string) => first?.headers.get(field);
  expect(['accept', 'accept-encoding', 'authorization', 'content-type'].map(header)).toEqual([
    name.startsWith('openTranscript') ? '*/*' : 'application/json',
    'identity',
    'Bearer word',
    line.startsWith('POST') ? 'application/json' : undefined,
  ]);
  expect(told.exchanges[0]).toMatch(
    new RegExp(`^${first?.method} ${api.origin}${first?.target.split('?')[0]} \\d{3} \\d+ ms$`),
  );
});

test('createDownload sends its body', async () => {
  const { api, client } = await open();
  await client.createDownload({ title: 't', selectedMediaIds: ['m'] }, signal);
  expect(JSON.parse(api.requests[0]?.body.toString() ?? '')).toEqual({ title: 't', selectedMediaIds: ['m'] });
});

test('openFile requests the given URL with the given headers', async () => {
  const { api, client } = await open();
  const headers = { range: 'bytes=1-2', 'accept-encoding': 'identity' };
  const response = await client.openFile(new URL(`${api.origin}/v2/downloads/file/f?sig=1`), headers, signal);
  response.body.resume();
  const [request] = api.requests;
  expect([request?.method, request?.target]).toEqual(['GET', '/v2/downloads/file/f?sig=1']);
  expect([request?.headers.get('range'), request?.headers.get('authorization')]).toEqual([
    'bytes=1-2',
    'Bearer word',
  ]);
});

test('sends no credential to a foreign origin, directly or after a redirect', async () => {
  const foreign = await startApi({ token: null, script: { 'GET /v2/downloads/file/{id}': 401 } });
  const { api, client } = await open({
    'GET /v2/downloads/file/{id}': async (_request, reply) =>
      await reply.send(302, { location: `${foreign.origin}/v2/downloads/file/x` }, ''),
  });
  for (const origin of [foreign.origin, api.origin]) {
    const { status, body } = await client.openFile(new URL(`${origin}/v2/downloads/file/f`), {}, signal);
    body.resume();
    expect(status).toBe(401);
  }
  expect(foreign.requests.map(({ headers }) => headers.get('authorization'))).toEqual([undefined, undefined]);
  expect(api.requests.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer word']);
});

test('follows the redirect of a GET but not of a DELETE', async () => {
  const { api, client } = await open({
    'GET /v2/downloads/{id}': [
      async (_request, reply) => await reply.send(307, { location: '/v2/downloads/other' }, ''),
      { json: { data: { id: 'x', status: 'ready' } } },
    ],
    'DELETE /v2/downloads/{id}': async (_request, reply) =>
      await reply.send(307, { location: '/v2/downloads/other' }, ''),
  });
  expect(await client.getDownload('x', signal)).toMatchObject({ id: 'x' });
  await expect(client.deleteDownload('x', signal)).rejects.toMatchObject({
    code: 'BAD_RESPONSE',
    details: { httpStatus: 307 },
  });
  expect(api.requests.map(({ target }) => target)).toEqual([
    '/v2/downloads/x',
    '/v2/downloads/other',
    '/v2/downloads/x',
  ]);
});

test('accepts a create that redirects to its package', async () => {
  const { client } = await open({
    'POST /v2/downloads': async (_request, reply) =>
      await reply.send(303, { location: '/v2/downloads/x' }, 'see there'),
  });
  expect(await client.createDownload({}, signal)).toMatchObject({ id: 'x', retryAfterMs: null });
});

describe('the status of a request with only an ID', () => {
  const byId: readonly [string, Call][] = [
    ['getDownload', (client) => client.getDownload('x', signal)],
    ['deleteDownload', (client) => client.deleteDownload('x', signal)],
    ['getMediaItem', (client) => client.getMediaItem('x', signal)],
    ['getTranscriptionStatus', (client) => client.getTranscriptionStatus('x', signal)],
  ];
  const everywhere = (answer: Answer): Script => ({
    'GET /v2/downloads/{id}': answer,
    'DELETE /v2/downloads/{id}': answer,
    'GET /v2/media/{id}': answer,
    'GET /v2/media/{id}/metadata': answer,
    'GET /v2/downloads': answer,
  });
  const expected: readonly [number, ErrorCode][] = [
    [400, 'NOT_FOUND'],
    [401, 'AUTH'],
    [403, 'AUTH'],
    [404, 'NOT_FOUND'],
    [409, 'BAD_RESPONSE'],
    [410, 'NOT_FOUND'],
    [422, 'NOT_FOUND'],
    [429, 'UNAVAILABLE'],
    [500, 'UNAVAILABLE'],
    [501, 'BAD_RESPONSE'],
  ];

  test.each(expected)('HTTP %i is %s', async (httpStatus, code) => {
    const { client } = await open(everywhere(httpStatus));
    for (const [, call] of byId)
      await expect(call(client)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(`(HTTP ${httpStatus}: scripted ${httpStatus})`) as string,
        details: { httpStatus },
      });
  });

  test.each([400, 422])('HTTP %i of a list is BAD_RESPONSE', async (httpStatus) => {
    const { client } = await open(everywhere(httpStatus));
    await expect(client.listDownloads(0, 1, signal)).rejects.toMatchObject({
      code: 'BAD_RESPONSE',
      details: { httpStatus },
    });
  });
});

test('a package with HTTP 202 and no body is being prepared', async () => {
  const { client } = await open({
    'GET /v2/downloads/{id}': [
      async (_request, reply) => await reply.send(202, { 'retry-after': '7' }, ''),
      async (_request, reply) => await reply.send(200, {}, ''),
    ],
  });
  expect(await client.getDownload('x', signal)).toMatchObject({
    id: 'x',
    state: 'preparing',
    retryAfterMs: 7_000,
  });
  await expect(client.getDownload('x', signal)).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
});

test('a package includes the retry delay of its response', async () => {
  const { client } = await open({
    'GET /v2/downloads/{id}': {
      json: { data: [{ id: 'x', status: 'preparing' }] },
      headers: { 'retry-after': '7' },
    },
  });
  expect(await client.getDownload('x', signal)).toMatchObject({ id: 'x', retryAfterMs: 7_000 });
});

test.each<[string, unknown, string | null]>([
  ['status', { status: 'finished' }, 'finished'],
  ['state', { state: 'running' }, 'running'],
  ['transcriptionStatus', { transcriptionStatus: 'failed' }, 'failed'],
  ['attributes', { Id: 'm', Attributes: { Status: 'running' } }, 'running'],
  ['no known field', { other: 1 }, null],
  ['a list', [{ status: 'x' }], null],
])('reads the transcription status from %s', async (_name, data, status) => {
  const { client } = await open({ 'GET /v2/media/{id}/metadata': { json: { data } } });
  expect(await client.getTranscriptionStatus('m', signal)).toBe(status);
});

describe('listTranscripts', () => {
  test('reads at most 32 MiB per media item, on top of other lists', { timeout: 60_000 }, async () => {
    const pageOf = (items: readonly unknown[]) => JSON.stringify({ data: items }).padEnd(6 * 1_048_576);
    const { api, client } = await open({
      'GET /v2/media/{id}/metadata/transcripts': (request, reply) => {
        const text = pageOf([{ id: `t${request.query.get('page')}` }]);
        const isSecond = request.path.includes('/other/') && request.query.get('page') !== '0';
        return reply.send(200, { 'Content-Type': 'application/json' }, isSecond ? '{"data":[]}' : text);
      },
    });
    await expect(client.listTranscripts('large', signal)).rejects.toMatchObject({
      code: 'BAD_RESPONSE',
      message: 'the list is larger than 32 MiB',
    });
    expect(api.requests).toHaveLength(6);
    expect(await client.listTranscripts('other', signal)).toHaveLength(1);
    expect((await client.listDownloads(0, 50, signal)).items).toHaveLength(1);
  });

  test('reads all pages', async () => {
    const pages = [[{ id: 'a' }], [{ id: 'b', language: 'de' }], []];
    const { client } = await open({
      'GET /v2/media/{id}/metadata/transcripts': async (request, reply) =>
        await reply.json(200, { data: pages[Number(request.query.get('page'))] ?? [] }),
    });
    const found = await client.listTranscripts('m', signal);
    expect(found?.map(({ id, languageCode }) => [id, languageCode])).toEqual([
      ['a', null],
      ['b', 'de'],
    ]);
  });

  test.each([404, 410, 204])('returns null after HTTP %i', async (status) => {
    const { client } = await open({ 'GET /v2/media/{id}/metadata/transcripts': status });
    expect(await client.listTranscripts('m', signal)).toBeNull();
  });

  test.each<[number, ErrorCode]>([
    [400, 'BAD_RESPONSE'],
    [401, 'AUTH'],
    [500, 'UNAVAILABLE'],
  ])('fails after HTTP %i', async (httpStatus, code) => {
    const { client } = await open({ 'GET /v2/media/{id}/metadata/transcripts': httpStatus });
    await expect(client.listTranscripts('m', signal)).rejects.toMatchObject({
      code,
      details: { httpStatus },
    });
  });

  test('skips transcripts without an ID with one warning per client', async () => {
    const { client, told } = await open({
      'GET /v2/media/{id}/metadata/transcripts': { json: { data: [{ id: 'a' }, {}, { x: 1 }] } },
    });
    expect(await client.listTranscripts('m', signal)).toHaveLength(1);
    expect(await client.listTranscripts('n', signal)).toHaveLength(1);
    expect(told.warnings).toEqual(['skipping each transcript without a usable ID']);
  });
});

describe('openTranscript', () => {
  const route = 'GET /v2/media/{id}/metadata/transcripts/{id}/download';

  test.each([200, 201, 203, 299])('accepts HTTP %i', async (status) => {
    const { client } = await open({ [route]: { status, text: 'cue' } });
    const response = await client.openTranscript(TRANSCRIPT, signal);
    expect([response.status, Buffer.concat((await response.body.toArray()) as Buffer[]).toString()]).toEqual([
      status,
      'cue',
    ]);
  });

  test.each([202, 206, 304])('rejects HTTP %i', async (status) => {
    const { client } = await open({ [route]: { status, json: { data: 1 } } });
    await expect(client.openTranscript(TRANSCRIPT, signal)).rejects.toMatchObject({
      code: 'BAD_RESPONSE',
      message: expect.stringContaining(`(HTTP ${status}`) as string,
      details: { httpStatus: status },
    });
  });

  test.each<[number, ErrorCode]>([
    [401, 'AUTH'],
    [404, 'NOT_FOUND'],
    [422, 'BAD_RESPONSE'],
    [503, 'UNAVAILABLE'],
  ])('fails after HTTP %i with the message of the service', async (status, code) => {
    const { client } = await open({ [route]: { status, json: { message: 'no such cue' } } });
    await expect(client.openTranscript(TRANSCRIPT, signal)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('no such cue') as string,
    });
  });
});

describe('limits', () => {
  const MIB = 1_048_576;
  const json = (sizeBytes: number): Answer => ({
    text: '{"data":[]}'.padEnd(sizeBytes),
    contentType: 'application/json',
  });

  test('a response may be up to 6 MiB', async () => {
    const { client } = await open({ 'GET /v2/downloads': [json(6 * MIB), json(6 * MIB + 1)] });
    expect(await client.listDownloads(0, 1, signal)).toMatchObject({ items: [] });
    await expect(client.listDownloads(0, 1, signal)).rejects.toMatchObject({
      code: 'BAD_RESPONSE',
      message: expect.stringContaining('is larger than 6 MiB') as string,
    });
  });

  test('responseLimitBytes applies to each response', async () => {
    const { client } = await open(
      { 'GET /v2/downloads': [json(MIB), json(MIB + 1)] },
      { responseLimitBytes: MIB },
    );
    expect(await client.listDownloads(0, 1, signal)).toMatchObject({ items: [] });
    await expect(client.listDownloads(0, 1, signal)).rejects.toThrow('is larger than 1 MiB');
  });

  test('only pages count toward the limit of a list', async () => {
    const script: Script = {
      'GET /v2/downloads/{id}': {
        text: '{"data":{"id":"x"}}'.padEnd(6 * MIB),
        contentType: 'application/json',
      },
    };
    const { client } = await open(script);
    for (let request = 0; request < 6; request += 1)
      expect(await client.getDownload('x', signal)).toMatchObject({ id: 'x' });
  });

  test('a response has 30 s for its headers and 60 s for its body', async () => {
    const { client } = await open({
      'GET /v2/downloads': [
        async (_request, reply) => await reply.stall(),
        async (_request, reply) => {
          await reply.head(200, { 'content-length': 100 });
          await reply.stall();
        },
      ],
    });
    await expect(client.listDownloads(0, 1, signal)).rejects.toThrow(/did not respond within 30 s$/);
    await expect(client.listDownloads(0, 1, signal)).rejects.toThrow(
      /did not complete its response within 60 s$/,
    );
  });
});

describe('retries', () => {
  test('use the number of the client or of the call', async () => {
    const { api, client, told } = await open({ 'GET /v2/downloads/{id}': 503 }, { retries: 2 });
    await expect(client.getDownload('x', signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(api.requests).toHaveLength(3);
    expect(told.retries).toEqual([
      [1, 250],
      [2, 500],
    ]);
    await expect(client.getDownload('x', signal, { retries: 1 })).rejects.toThrow('HTTP 503');
    expect(api.requests).toHaveLength(5);
  });

  test('repeat a create while nothing was created', async () => {
    const { api, client, told } = await open({ 'POST /v2/downloads': [429, 429, 'default'] }, { retries: 2 });
    expect(await client.createDownload({}, signal)).toMatchObject({ state: 'preparing' });
    expect([api.requests.length, told.retries.length]).toEqual([3, 2]);
  });

  test('of openTranscript are left to the caller', async () => {
    const route = 'GET /v2/media/{id}/metadata/transcripts/{id}/download';
    const { api, client } = await open({ [route]: 503 }, { retries: 2 });
    await expect(client.openTranscript(TRANSCRIPT, signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(api.requests).toHaveLength(1);
  });
});

test('listDownloads returns the paging claims of the response', async () => {
  const { client } = await open({
    'GET /v2/downloads': { json: { data: [{ id: 'a' }, {}], count: 2, totalPages: 3, hasMore: true } },
  });
  expect(await client.listDownloads(0, 50, signal)).toMatchObject({
    items: [{ id: 'a' }],
    skippedEntries: 1,
    reportsMore: true,
    totalItems: null,
    totalPages: 3,
  });
});

test('sends nothing and reports nothingDone without a credential', async () => {
  const failing = (failure: Error) => ({
    credential: commandCredential(async () => {
      throw failure;
    }),
  });
  const { api, client } = await open({}, failing(new ExpectedError('AUTH', 'no token')));
  await expect(client.createDownload({}, signal)).rejects.toMatchObject({
    code: 'AUTH',
    details: { nothingDone: true },
  });
  expect(api.requests).toEqual([]);
  const other = await open({}, failing(new TypeError('x')));
  await expect(other.client.createDownload({}, signal)).rejects.toThrow(TypeError);
});

test('hints at a wrong API URL when that explains the failure', async () => {
  const { api, client } = await open({}, {});
  const wrong = await open({}, { apiUrl: new URL(`${api.origin}/v1`) });
  await expect(wrong.client.getDownload('x', signal)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    details: { hint: `the API URL may be wrong; try --api-url ${api.origin}/v2` },
  });
  expect(client.url.href).toBe(`${api.origin}/v2`);
});

test('describe ignores trailing slashes of the API URL', async () => {
  const { api } = await open();
  const { client } = await open({}, { apiUrl: new URL(`${api.origin}/v2//`) });
  expect(client.describe('POST', '/downloads')).toEqual({
    method: 'POST',
    url: `${api.origin}/v2/downloads`,
  });
});
