import { describe, expect, test } from 'vitest';
import { combineTraits } from '../../src/sandbox/dialect/dialects.ts';
import { call, get, makeFile, openSandbox, send } from './conversation.ts';

async function statuses(fault: string, times: number): Promise<number[]> {
  const sandbox = await openSandbox(fault);
  const { url } = await makeFile(sandbox);
  const found = [];
  for (let count = 0; count < times; count += 1) found.push((await get(sandbox, url)).status);
  return found;
}

describe('other responses instead of a file', () => {
  test.each([
    ['file-status=503,2', [503, 503, 200]],
    ['file-status=403', [403, 403, 403]],
    ['file-status=404,1', [404, 200, 200]],
  ])('%s', async (fault, expected) => {
    expect(await statuses(fault, 3)).toEqual(expected);
  });

  test('html-file', async () => {
    const sandbox = await openSandbox('html-file=1');
    const { url, size } = await makeFile(sandbox);
    const page = await get(sandbox, url);
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.bytes.toString()).toMatch(/^<!doctype html>/);
    expect((await get(sandbox, url)).bytes.length).toBe(size);
  });
});

test('wrong-range', async () => {
  const sandbox = await openSandbox('wrong-range');
  const { url, size } = await makeFile(sandbox);
  const whole = await get(sandbox, url);
  const { status, headers, bytes } = await get(sandbox, url, { range: 'bytes=10-19' });
  expect([whole.status, status]).toEqual([200, 206]);
  expect(headers['content-range']).toBe(`bytes 0-9/${size}`);
  expect(bytes.equals(whole.bytes.subarray(0, 10))).toBe(true);
});

describe('redirects', () => {
  test.each([
    ['the fault url-expires', 'url-expires=1m', {}],
    ['the trait file-url=redirect', [], { 'file-url': 'redirect' }],
  ] as const)('%s redirects to another origin that needs no token', async (_name, faults, traits) => {
    const sandbox = await openSandbox(faults, { traits: combineTraits([traits]) });
    const { url, size } = await makeFile(sandbox);
    const answer = await get(sandbox, url);
    const { location = '' } = answer.headers;
    expect(answer.status).toBe(302);
    expect(new URL(location).origin).not.toBe(new URL(url).origin);
    expect(new URL(location).hostname).toBe('127.0.0.1');

    const stored = await send(location, { headers: { range: 'bytes=0-9' } });
    expect([stored.status, stored.headers['content-range']]).toEqual([206, `bytes 0-9/${size}`]);
    expect((await send(location)).bytes.length).toBe(size);
    for (const headers of [{ authorization: `Bearer ${sandbox.token}` }, { cookie: 'a=b' }]) {
      const refused = await send(location, { headers });
      expect([refused.status, refused.bytes.toString()]).toEqual([400, expect.stringContaining('<Error>')]);
    }
    expect((await get(sandbox, url)).headers.location).not.toBe(location);
  });

  test('the storage accepts only its own signatures, and no web pages', async () => {
    const sandbox = await openSandbox('url-expires=1m');
    const { url } = await makeFile(sandbox);
    const { location = '' } = (await get(sandbox, url)).headers;
    const { origin, pathname } = new URL(location);
    const answers = [
      await send(location.slice(0, -1)),
      await send(`${origin}${pathname}`),
      await send(location.replace(pathname, '/packages/other')),
      await send(`${origin}/../../etc/passwd`),
      await send(location, { method: 'POST' }),
      await send(location, { headers: { host: 'evil.example' } }),
      await send(location, { headers: { origin: 'http://evil.example' } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 405, 421, 403]);
    expect(answers.every(({ headers }) => headers['x-request-id'] !== undefined)).toBe(true);
  });

  test('does not redirect without a token', async () => {
    const sandbox = await openSandbox('url-expires=1m');
    const { url } = await makeFile(sandbox);
    expect((await send(url)).status).toBe(401);
  });

  test('url-expires', async () => {
    const sandbox = await openSandbox('url-expires=100ms');
    const { url } = await makeFile(sandbox);
    const { location = '' } = (await get(sandbox, url)).headers;
    await new Promise((resolve) => setTimeout(resolve, 150));
    const late = await send(location);
    expect([late.status, late.bytes.toString()]).toEqual([
      403,
      expect.stringContaining('Request has expired'),
    ]);
    const renewed = (await get(sandbox, url)).headers.location ?? '';
    expect(renewed).not.toBe(location);
  });

  test('signed URLs of a dialect expire, too', async () => {
    const traits = combineTraits([{ 'file-url': 'presigned' }]);
    const sandbox = await openSandbox('url-expires=100ms', { traits });
    const { url, size } = await makeFile(sandbox);
    expect(new URL(url).origin).not.toBe(new URL(sandbox.apiUrl).origin);
    expect((await send(url)).bytes.length).toBe(size);
    const refused = await get(sandbox, url);
    expect([refused.status, refused.headers['content-type']]).toEqual([400, 'application/xml']);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect((await send(url)).status).toBe(403);
  });

  test('cut applies to the storage, too', async () => {
    const sandbox = await openSandbox(['url-expires=1m', 'cut=1000']);
    const { url } = await makeFile(sandbox);
    const { location = '' } = (await get(sandbox, url)).headers;
    expect((await send(location)).bytes.length).toBe(1000);
  });
});

test('file faults do not affect the API', async () => {
  const sandbox = await openSandbox(['file-status=403', 'html-file']);
  expect((await call(sandbox, 'GET', '/media')).status).toBe(200);
});
