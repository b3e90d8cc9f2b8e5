import { describe, expect, test } from 'vitest';
import type { DownloadPackage } from '../../src/api/wire.ts';
import type { Sandbox } from '../../src/sandbox/start.ts';
import {
  bearer,
  call,
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

describe('responses', () => {
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

  test('api-reset', async () => {
    const sandbox = await openSandbox('api-reset=1');
    await expect(requestMedia(sandbox)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await statuses(sandbox, 1)).toEqual([200]);
  });

  test('api-slow', async () => {
    const sandbox = await openSandbox('api-slow=300');
    const url = `${sandbox.apiUrl}/media`;
    const startMs = performance.now();
    expect((await get(sandbox, url)).status).toBe(200);
    // Timers can fire a millisecond early.
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(299);
  });
});

describe('creating packages', () => {
  test('create-reset', async () => {
    const sandbox = await openSandbox('create-reset');
    await expect(createInVain(sandbox)).rejects.toMatchObject({ code: 'ECONNRESET' });
    const { body } = await call<DownloadPackage[]>(sandbox, 'GET', '/downloads');
    expect(body.data).toHaveLength(1);
    expect((await createPackage(sandbox)).id).not.toBe(body.data[0]?.id);
  });
});

test('API faults do not affect files and tokens', async () => {
  const calm = await openSandbox();
  const { size } = await makeFile(calm);
  const sandbox = await openSandbox(['api-503=1']);
  expect(await statuses(sandbox, 1)).toEqual([503]);
  const { url } = await makeFile(sandbox);
  expect((await get(sandbox, url)).bytes.length).toBe(size);
});
