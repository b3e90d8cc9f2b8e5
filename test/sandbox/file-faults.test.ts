import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { call, get, makeFile, mediumNamed, openSandbox, send } from './conversation.ts';
import { unpack } from './unpack.ts';

async function statuses(fault: string, times: number): Promise<number[]> {
  const sandbox = await openSandbox(fault);
  const { url } = await makeFile(sandbox);
  const found = [];
  for (let count = 0; count < times; count += 1) found.push((await get(sandbox, url)).status);
  return found;
}

describe('answers instead of a file', () => {
  test.each([
    ['file-503=2', [503, 503, 200]],
    ['file-status=403', [403, 403, 403]],
    ['file-status=404,1', [404, 200, 200]],
    ['file-404-once', [404, 200, 200]],
    ['file-gone-after=1', [200, 410, 410]],
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

  test('file-name', async () => {
    const sandbox = await openSandbox('file-name=../../.bashrc');
    const { url } = await makeFile(sandbox);
    const { headers } = await get(sandbox, url);
    expect(headers['content-disposition']).toContain('filename="../../.bashrc"');
  });

  test.each([
    ['digest', true],
    ['digest=right', true],
    ['digest=wrong', false],
  ])('%s', async (fault, isRight) => {
    const sandbox = await openSandbox(fault);
    const { url } = await makeFile(sandbox);
    const { headers, bytes } = await get(sandbox, url);
    const digest = `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
    expect(headers['repr-digest']).toMatch(/^sha-256=:[\w+/]{43}=:$/);
    expect(headers['repr-digest'] === digest).toBe(isRight);
  });

  test('digest=malformed', async () => {
    const sandbox = await openSandbox('digest=malformed');
    const { url } = await makeFile(sandbox);
    expect((await get(sandbox, url)).headers['repr-digest']).toBe('sha-256=:not base64:');
  });
});

describe('validators', () => {
  test('no-etag', async () => {
    const sandbox = await openSandbox('no-etag');
    const { url } = await makeFile(sandbox);
    const { headers } = await get(sandbox, url);
    expect([headers.etag, headers['last-modified']]).toEqual([undefined, expect.any(String)]);
  });

  test('weak-etag', async () => {
    const sandbox = await openSandbox('weak-etag');
    const { url, size } = await makeFile(sandbox);
    const { headers } = await get(sandbox, url);
    expect(headers.etag).toMatch(/^W\/"/);
    const answer = await get(sandbox, url, { range: 'bytes=0-9', 'if-range': headers.etag ?? '' });
    expect([answer.status, answer.bytes.length]).toEqual([200, size]);
  });

  test('no-last-modified', async () => {
    const sandbox = await openSandbox('no-last-modified');
    const { url } = await makeFile(sandbox);
    const { headers } = await get(sandbox, url);
    expect([headers.etag, headers['last-modified']]).toEqual([expect.any(String), undefined]);
  });

  test('change-after', async () => {
    const sandbox = await openSandbox('change-after=300K');
    const { url, size } = await makeFile(sandbox);
    const first = await get(sandbox, url, { range: 'bytes=0-99999' });
    const cut = await get(sandbox, url, { range: 'bytes=100000-' });
    expect([first.isComplete, cut.isComplete]).toEqual([true, false]);
    expect(first.bytes.length + cut.bytes.length).toBe(307_200);
    expect(cut.headers.etag).toBe(first.headers.etag);

    const replacement = await get(sandbox, url);
    expect([replacement.isComplete, replacement.bytes.length]).toEqual([true, size]);
    expect(replacement.headers.etag).not.toBe(first.headers.etag);
    expect(replacement.headers['last-modified']).not.toBe(first.headers['last-modified']);
    expect(replacement.bytes.subarray(0, 100_000).equals(first.bytes)).toBe(false);
    // Another archive, and as good.
    expect((await unpack(replacement.bytes)).size).toBe(1);
    const late = await get(sandbox, url, { range: 'bytes=307200-', 'if-range': first.headers.etag ?? '' });
    expect([late.status, late.bytes.length]).toEqual([200, size]);
  });

  test('change-after of a single rendition', async () => {
    const sandbox = await openSandbox('change-after=100');
    const { renditions } = await mediumNamed(sandbox, 'Jingle');
    const { url, size } = await makeFile(sandbox, { selectedRenditionIds: [renditions?.[0]?.id] });
    const cut = await get(sandbox, url);
    const replacement = await get(sandbox, url);
    expect([cut.bytes.length, replacement.bytes.length]).toEqual([100, size]);
    expect(replacement.bytes.subarray(0, 100).equals(cut.bytes)).toBe(false);
  });

  test('lying-etag', async () => {
    const sandbox = await openSandbox(['change-after=1000', 'lying-etag', 'no-last-modified']);
    const { url } = await makeFile(sandbox);
    const [first, second] = [await get(sandbox, url), await get(sandbox, url)];
    expect(second.headers.etag).toBe(first.headers.etag);
    expect(second.bytes.subarray(0, 1000).equals(first.bytes)).toBe(false);
  });
});

describe('ranges', () => {
  test('no-range', async () => {
    const sandbox = await openSandbox('no-range');
    const { url, size } = await makeFile(sandbox);
    const { status, headers, bytes } = await get(sandbox, url, { range: 'bytes=10-19' });
    expect([status, bytes.length]).toEqual([200, size]);
    expect(headers['accept-ranges']).toBeUndefined();
  });

  test.each([
    ['range-wrong-start', 'bytes 0-9/SIZE', 0, 10],
    ['range-wrong-end', 'bytes 10-18/SIZE', 10, 19],
    ['range-wrong-total', 'bytes 10-19/DOUBLE', 10, 20],
    ['range-star-total', 'bytes 10-19/*', 10, 20],
    ['range-wrong-unit', 'octets 10-19/SIZE', 10, 20],
    ['range-no-header', undefined, 10, 20],
  ])('%s', async (fault, contentRange, start, end) => {
    const sandbox = await openSandbox(fault);
    const { url, size } = await makeFile(sandbox);
    const whole = await get(sandbox, url);
    const { status, headers, bytes } = await get(sandbox, url, { range: 'bytes=10-19' });
    expect([whole.status, status]).toEqual([200, 206]);
    expect(headers['content-range']).toBe(
      contentRange?.replace('SIZE', String(size)).replace('DOUBLE', String(size * 2)),
    );
    expect(bytes.equals(whole.bytes.subarray(start, end))).toBe(true);
  });

  test('range-multipart', async () => {
    const sandbox = await openSandbox('range-multipart');
    const { url, size } = await makeFile(sandbox);
    const { status, headers, bytes, isComplete } = await get(sandbox, url, { range: 'bytes=0-1' });
    expect([status, isComplete, headers['content-range']]).toEqual([206, true, undefined]);
    expect(headers['content-type']).toBe('multipart/byteranges; boundary=sandbox-boundary');
    expect(bytes.toString('latin1')).toBe(
      `--sandbox-boundary\r\nContent-Type: application/zip\r\nContent-Range: bytes 0-1/${size}\r\n\r\nPK\r\n--sandbox-boundary--\r\n`,
    );
  });

  test('range-416', async () => {
    const sandbox = await openSandbox('range-416=1');
    const { url, size } = await makeFile(sandbox);
    expect((await get(sandbox, url)).status).toBe(200);
    const refused = await get(sandbox, url, { range: 'bytes=0-9' });
    expect([refused.status, refused.headers['content-range']]).toEqual([416, `bytes */${size}`]);
    expect((await get(sandbox, url, { range: 'bytes=0-9' })).status).toBe(206);
  });
});

describe('redirects', () => {
  test.each([
    ['redirect', 302],
    ['redirect=307', 307],
  ])('%s leads to storage of another origin that wants no token', async (fault, status) => {
    const sandbox = await openSandbox(fault);
    const { url, size } = await makeFile(sandbox);
    const answer = await get(sandbox, url);
    const { location = '' } = answer.headers;
    expect(answer.status).toBe(status);
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

  test('the storage knows its own signatures only, and no web pages', async () => {
    const sandbox = await openSandbox('redirect');
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

  test('without a token there is no redirect', async () => {
    const sandbox = await openSandbox('redirect');
    const { url } = await makeFile(sandbox);
    expect((await send(url)).status).toBe(401);
  });

  test('redirect-expires', async () => {
    const sandbox = await openSandbox(['redirect', 'redirect-expires=100ms']);
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

  test('cut happens at the storage as well', async () => {
    const sandbox = await openSandbox(['redirect', 'cut=1000']);
    const { url } = await makeFile(sandbox);
    const { location = '' } = (await get(sandbox, url)).headers;
    expect((await send(location)).bytes.length).toBe(1000);
  });

  test('redirect-loop', async () => {
    const sandbox = await openSandbox('redirect-loop');
    const { url } = await makeFile(sandbox);
    const { status, headers } = await get(sandbox, url);
    expect([status, new URL(headers.location ?? '', url).href]).toEqual([302, url]);
  });

  test('redirect-no-location', async () => {
    const sandbox = await openSandbox('redirect-no-location');
    const { url } = await makeFile(sandbox);
    const { status, headers } = await get(sandbox, url);
    expect([status, headers.location]).toEqual([302, undefined]);
  });
});

test('file faults leave the API alone', async () => {
  const sandbox = await openSandbox(['file-status=403', 'html-file']);
  expect((await call(sandbox, 'GET', '/media')).status).toBe(200);
});
