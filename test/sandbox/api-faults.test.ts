import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { DownloadPackage, MediaAsset } from '../../src/api/wire.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import {
  bearer,
  call,
  callUnchecked,
  createPackage,
  get,
  listAllMedia,
  makeFile,
  openSandbox,
  send,
} from './conversation.ts';

async function statuses(sandbox: Sandbox, times: number): Promise<number[]> {
  const found = [];
  for (let count = 0; count < times; count += 1) found.push((await call(sandbox, 'GET', '/media')).status);
  return found;
}

async function requestMedia(sandbox: Sandbox) {
  return await get(sandbox, `${sandbox.apiUrl}/media`);
}

async function createInVain(sandbox: Sandbox) {
  const [medium] = await listAllMedia(sandbox);
  return await send(`${sandbox.apiUrl}/downloads`, {
    method: 'POST',
    headers: { ...bearer(sandbox), 'content-type': 'application/json' },
    body: JSON.stringify({ selectedMediaIds: [medium?.id] }),
    patienceMs: 500,
  });
}

describe('answers', () => {
  test('api-503', async () => {
    const sandbox = await openSandbox('api-503=2');
    const first = await call(sandbox, 'GET', '/media');
    expect(first.body).toEqual({ status: 'error', message: expect.any(String) });
    expect(first.headers['retry-after']).toBe('1');
    expect(await statuses(sandbox, 2)).toEqual([503, 200]);
  });

  test('api-429', async () => {
    const sandbox = await openSandbox('api-429=1');
    const first = await call(sandbox, 'GET', '/media');
    expect([first.status, first.headers['retry-after']]).toEqual([429, '1']);
    expect(await statuses(sandbox, 1)).toEqual([200]);
  });

  test('retry-after', async () => {
    const date = 'Mon, 02 Jun 2025 12:00:00 GMT';
    const sandbox = await openSandbox(['api-429=1', 'api-503=1', `retry-after=${date}`]);
    const answers = [await call(sandbox, 'GET', '/media'), await call(sandbox, 'GET', '/media')];
    expect(answers.map(({ status, headers }) => [status, headers['retry-after']])).toEqual([
      [503, date],
      [429, date],
    ]);
  });

  test.each([
    ['api-status=403', [403, 403, 403], 'fail'],
    ['api-status=500,2', [500, 500, 200], 'error'],
  ])('%s', async (fault, expected, status) => {
    expect(await statuses(await openSandbox(fault), 3)).toEqual(expected);
    expect((await call(await openSandbox(fault), 'GET', '/media')).body).toMatchObject({ status });
  });

  test('api-html', async () => {
    const sandbox = await openSandbox('api-html=1');
    const { status, headers, bytes } = await requestMedia(sandbox);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(bytes.toString()).toMatch(/^<!doctype html>/);
    expect(await statuses(sandbox, 1)).toEqual([200]);
  });

  test('api-empty', async () => {
    const { status, bytes } = await requestMedia(await openSandbox('api-empty'));
    expect([status, bytes.length]).toEqual([200, 0]);
  });

  test('api-truncated', async () => {
    const { status, bytes, isComplete } = await requestMedia(await openSandbox('api-truncated'));
    expect([status, isComplete]).toEqual([200, true]);
    expect(() => JSON.parse(bytes.toString())).toThrow(SyntaxError);
  });

  test('api-endless', async () => {
    const sandbox = await openSandbox('api-endless=1');
    const url = `${sandbox.apiUrl}/media`;
    const { bytes, isComplete } = await get(sandbox, url, {}, { patienceMs: 300 });
    expect(bytes.length).toBeGreaterThan(1_000_000);
    expect(isComplete).toBe(false);
    expect(await statuses(sandbox, 1)).toEqual([200]);
  });

  test('api-gzip', async () => {
    const { headers, bytes } = await requestMedia(await openSandbox('api-gzip'));
    expect(headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(bytes).toString())).toMatchObject({ status: 'success' });
  });

  test('api-reset', async () => {
    const sandbox = await openSandbox('api-reset=1');
    await expect(requestMedia(sandbox)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await statuses(sandbox, 1)).toEqual([200]);
  });

  test('api-slow', async () => {
    const sandbox = await openSandbox('api-slow=300');
    const url = `${sandbox.apiUrl}/media`;
    let isAnswered = false;
    const answer = get(sandbox, url).then((received) => {
      isAnswered = true;
      return received;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isAnswered).toBe(false);
    expect((await answer).status).toBe(200);
  });
});

describe('creations', () => {
  test('create-reset', async () => {
    const sandbox = await openSandbox('create-reset');
    await expect(createInVain(sandbox)).rejects.toMatchObject({ code: 'ECONNRESET' });
    const { body } = await call<DownloadPackage[]>(sandbox, 'GET', '/downloads');
    expect(body.data).toHaveLength(1);
    expect((await createPackage(sandbox)).id).not.toBe(body.data[0]?.id);
  });

  test.each([
    ['create-lost=504', 504, /error/],
    ['create-lost=204', 204, /^$/],
    ['create-lost=empty', 201, /^$/],
    ['create-lost=html', 200, /<!doctype html>/],
    ['create-lost=no-id', 201, /accepted/],
  ])('%s', async (fault, status, text) => {
    const sandbox = await openSandbox(fault);
    const [medium] = await listAllMedia(sandbox);
    const answer = await send(`${sandbox.apiUrl}/downloads`, {
      method: 'POST',
      headers: { ...bearer(sandbox), 'content-type': 'application/json' },
      body: JSON.stringify({ selectedMediaIds: [medium?.id] }),
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.location).toBeUndefined();
    expect(answer.bytes.toString('utf8')).toMatch(text);
    const { body } = await call<DownloadPackage[]>(sandbox, 'GET', '/downloads');
    expect(body.data).toHaveLength(1);
    expect(answer.bytes.toString('utf8')).not.toContain(body.data[0]?.id);
  });

  test('create-stall', async () => {
    const sandbox = await openSandbox('create-stall');
    const [medium] = await listAllMedia(sandbox);
    const outgoing = request(`${sandbox.apiUrl}/downloads`, {
      method: 'POST',
      headers: { ...bearer(sandbox), 'content-type': 'application/json' },
    });
    let isAnswered = false;
    outgoing.on('response', () => {
      isAnswered = true;
    });
    outgoing.on('error', () => undefined);
    outgoing.end(JSON.stringify({ selectedMediaIds: [medium?.id] }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { body } = await call<DownloadPackage[]>(sandbox, 'GET', '/downloads');
    expect([body.data.length, isAnswered]).toEqual([1, false]);
    outgoing.destroy();
  });
});

describe('envelopes', () => {
  test('fail-with-200', async () => {
    const answer = await callUnchecked(await openSandbox('fail-with-200'), 'GET', '/media/unknown');
    expect([answer.status, answer.body.status]).toEqual([200, 'fail']);
  });

  test('success-with-500', async () => {
    const sandbox = await openSandbox('success-with-500=1');
    const answer = await callUnchecked(sandbox, 'GET', '/media');
    expect([answer.status, answer.body.status]).toEqual([500, 'success']);
    expect(await statuses(sandbox, 1)).toEqual([200]);
  });

  test('no-data', async () => {
    const answer = await callUnchecked(await openSandbox('no-data'), 'GET', '/media');
    expect([answer.status, answer.body]).toEqual([200, { status: 'success' }]);
  });

  test('bare-data', async () => {
    const answer = await call(await openSandbox('bare-data'), 'GET', '/media');
    expect(Object.keys(answer.body)).toEqual(['data']);
  });

  test('hostile-keys', async () => {
    const sandbox = await openSandbox('hostile-keys');
    const { bytes } = await call(sandbox, 'GET', '/media');
    const objects = bytes.toString().match(/"id":/g) ?? [];
    // Every object with an id, and the envelope.
    expect(bytes.toString().match(/"__proto__":\{"polluted":"yes"\}/g)).toHaveLength(objects.length + 1);
    expect(bytes.toString()).toContain('"constructor":{"prototype"');
  });

  test('hostile-text', async () => {
    const sandbox = await openSandbox('hostile-text');
    const [medium] = await listAllMedia(sandbox);
    const { title } = await createPackage(sandbox, { title: 'Mine', selectedMediaIds: [medium?.id] });
    for (const text of [medium?.name, title]) {
      for (const part of ['\u001B[31m', '\u001B]0;', '\r\n::error::', '\u202E', '\u009B']) {
        expect(text).toContain(part);
      }
    }
  });
});

describe('lists', () => {
  test('list-object', async () => {
    const sandbox = await openSandbox('list-object');
    const answers = [
      await callUnchecked(sandbox, 'GET', '/media?perpage=3'),
      await callUnchecked(sandbox, 'GET', '/downloads'),
    ];
    expect(answers[0]?.body.data).toEqual({
      items: [expect.anything(), expect.anything(), expect.anything()],
    });
    expect(answers[1]?.body.data).toEqual({ items: [] });
  });

  test('page-ignored', async () => {
    const sandbox = await openSandbox('page-ignored');
    const pages = [
      await call(sandbox, 'GET', '/media?page=0&perpage=5'),
      await call(sandbox, 'GET', '/media?page=7&perpage=5'),
    ];
    expect(pages[1]?.body.data).toEqual(pages[0]?.body.data);
  });

  test.each([
    ['short-pages', 1],
    ['short-pages=4', 4],
  ])('%s', async (fault, size) => {
    const sandbox = await openSandbox(fault);
    const ids = new Set<string>();
    for (let page = 0; page < 12; page += 1) {
      const { body } = await call<MediaAsset[]>(sandbox, 'GET', `/media?page=${page}&perpage=50`);
      expect(body.data.length).toBeLessThanOrEqual(size);
      for (const { id } of body.data) ids.add(id);
    }
    expect(ids.size).toBe(12);
  });

  test('endless-pages', async () => {
    const sandbox = await openSandbox('endless-pages');
    for (const path of ['/media?perpage=10', '/downloads?perPage=10']) {
      const ids = new Set<string>();
      for (const page of [0, 1, 1000]) {
        const { body } = await call<{ id: string }[]>(sandbox, 'GET', `${path}&page=${page}`);
        for (const { id } of body.data) ids.add(id);
      }
      expect(ids.size).toBe(30);
    }
  });
});

test('API faults leave files and tokens alone', async () => {
  const calm = await openSandbox();
  const { size } = await makeFile(calm);
  const sandbox = await openSandbox(['api-503=1']);
  expect(await statuses(sandbox, 1)).toEqual([503]);
  const { url } = await makeFile(sandbox);
  expect((await get(sandbox, url)).bytes.length).toBe(size);
});
