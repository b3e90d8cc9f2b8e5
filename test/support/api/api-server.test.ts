import { expect, test } from 'vitest';
import { makeZipObject } from '../faults/served-object.ts';
import { CANARY_TOKEN } from '../process/canary.ts';
import { CREATED_ID_PREFIX, PACKAGE_ID } from './api-packages.ts';
import { startApi } from './api-server.ts';
import { bodyOf, getRequest, rawRequest } from './raw-request.ts';

const BEARER = `Authorization: Bearer ${CANARY_TOKEN}`;
const object = makeZipObject(1_000);

async function get(origin: string, path: string, ...headers: string[]): Promise<[number, unknown]> {
  const answer = await rawRequest(origin, getRequest(path, ...headers));
  const body = bodyOf(answer).toString('utf8');
  return [Number(answer.text.slice(9, 12)), body.startsWith('{') ? JSON.parse(body) : body];
}

test('has one ready package with its files by default', async () => {
  const api = await startApi({ files: { one: object } });
  const [status, body] = await get(api.origin, `/v2/downloads/${PACKAGE_ID}`, BEARER);
  expect(status).toBe(200);
  expect(body).toEqual({
    status: 'success',
    data: {
      id: PACKAGE_ID,
      status: 'ready',
      compressed: true,
      files: [{ url: `${api.origin}/v2/downloads/file/one`, size: 1_000, mimeType: 'application/zip' }],
    },
  });
  const [, list] = await get(api.origin, '/v2/downloads?perPage=10&page=0', BEARER);
  expect(list).toMatchObject({ data: [{ id: PACKAGE_ID }] });
  const file = await rawRequest(api.origin, getRequest('/v2/downloads/file/one', BEARER));
  expect(bodyOf(file).equals(object.bytes)).toBe(true);
});

test('rejects other tokens, and accepts anonymous requests with token: null', async () => {
  const strict = await startApi();
  expect((await get(strict.origin, '/v2/downloads'))[0]).toBe(401);
  expect((await get(strict.origin, '/v2/downloads', 'Authorization: Bearer x'))[0]).toBe(401);
  const open = await startApi({ token: null });
  expect((await get(open.origin, '/v2/downloads'))[0]).toBe(200);
});

test('uses a sequence call by call, followed by default responses', async () => {
  const api = await startApi({
    files: { one: object },
    script: { 'GET /v2/downloads/{id}': ['preparing', 503, { raw: 'junk', after: 'end' }, 'default'] },
  });
  const path = `/v2/downloads/${PACKAGE_ID}`;
  const answers = [];
  for (let call = 0; call < 5; call++) answers.push(await get(api.origin, path, BEARER));
  expect(answers[0]).toMatchObject([200, { data: { status: 'preparing', files: null } }]);
  expect(answers[1]).toMatchObject([503, { status: 'error', message: 'scripted 503' }]);
  expect(answers[2]).toEqual([0, '']);
  expect(answers[3]).toMatchObject([200, { data: { status: 'ready', files: [{}] } }]);
  expect(answers[4]).toMatchObject([200, { data: { status: 'ready', files: [{}] } }]);
  expect(api.requestsOf('GET /v2/downloads/{id}')).toHaveLength(5);
});

test('ends raw responses as the script specifies', async () => {
  const endings = [];
  for (const after of [undefined, 'end', 'reset', 'stall'] as const) {
    const answer = after === undefined ? { raw: 'junk' } : { raw: 'junk', after };
    const api = await startApi({ script: { 'GET /v2/media': answer } });
    const { text, endedBy } = await rawRequest(api.origin, getRequest('/v2/media'));
    endings.push([text, endedBy]);
  }
  expect(endings).toEqual([
    ['junk', 'silence'],
    ['junk', 'end'],
    ['junk', 'reset'],
    ['junk', 'silence'],
  ]);
});

test('repeats a single response, including one set later', async () => {
  const api = await startApi({ script: { 'GET /v2/media': { text: '<html>', status: 502 } } });
  expect(await get(api.origin, '/v2/media')).toEqual([502, '<html>']);
  expect(await get(api.origin, '/v2/media')).toEqual([502, '<html>']);
  api.script('GET /v2/media', { json: { data: [] } });
  expect(await get(api.origin, '/v2/media')).toEqual([200, { data: [] }]);
});

test('creates, returns, and deletes a package, and stores the request', async () => {
  const api = await startApi({ packages: [], files: { one: object } });
  const body = '{"title":"Trip","selectedMediaIds":["m"]}';
  const created = await rawRequest(
    api.origin,
    `POST /v2/downloads HTTP/1.1\r\n${BEARER}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  expect(created.text).toMatch(/^HTTP\/1.1 201 /);
  const id = `${CREATED_ID_PREFIX}0`;
  expect(JSON.parse(String(bodyOf(created)))).toMatchObject({
    data: { id, status: 'preparing', title: 'Trip' },
  });
  expect(await get(api.origin, `/v2/downloads/${id}`, BEARER)).toMatchObject([
    200,
    { data: { status: 'ready' } },
  ]);
  await rawRequest(api.origin, `DELETE /v2/downloads/${id} HTTP/1.1\r\n${BEARER}\r\n\r\n`);
  expect((await get(api.origin, `/v2/downloads/${id}`, BEARER))[0]).toBe(404);
  expect(String(api.requestsOf('POST /v2/downloads')[0]?.body)).toBe(body);
});

test('supports pages, search, transcripts, and tokens', async () => {
  const media = Array.from({ length: 60 }, (_, index) => ({ id: `m${index}`, name: `Clip ${index}` }));
  const api = await startApi({ media, transcripts: { m1: [{ id: 't1', languageCode: 'de-v2' }] } });
  const count = async (path: string) => {
    const [, body] = await get(api.origin, path, BEARER);
    return Object(body).data.length;
  };
  expect(await count('/v2/media?perpage=100')).toBe(50);
  expect(await count('/v2/media?perpage=50&page=1')).toBe(10);
  expect(await count('/v2/search?type=mediaasset&text=clip%205')).toBe(10);
  expect(await count('/v2/media/m1/metadata/transcripts')).toBe(1);
  expect(await get(api.origin, '/v2/media/m7', BEARER)).toMatchObject([200, { data: { name: 'Clip 7' } }]);
  expect((await get(api.origin, '/v2/nowhere', BEARER))[0]).toBe(404);
  const token = await rawRequest(
    api.origin,
    'POST /realms/demo/protocol/openid-connect/token HTTP/1.1\r\nContent-Length: 0\r\n\r\n',
  );
  expect(JSON.parse(String(bodyOf(token)))).toMatchObject({ access_token: CANARY_TOKEN });
});
