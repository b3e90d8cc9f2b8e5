import { describe, expect, test } from 'vitest';
import { validateAnswer } from '../support/api/openapi.ts';
import { call, get, makeFile, openSandbox } from './conversation.ts';

describe('GET /downloads/file/{fileId}', () => {
  test('returns the whole file with its validators', async () => {
    const sandbox = await openSandbox();
    const { url, size } = await makeFile(sandbox);
    const { status, headers, bytes, isComplete } = await get(sandbox, url);
    expect([status, bytes.length, isComplete]).toEqual([200, size, true]);
    expect(headers).toMatchObject({
      'content-type': 'application/zip',
      'content-length': String(size),
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"[0-9a-f]{24}"$/),
      'last-modified': expect.stringMatching(/ GMT$/),
      'content-disposition': `attachment; filename="streamdiver-package.zip"; filename*=UTF-8''streamdiver-package.zip`,
      'x-request-id': expect.stringMatching(/^sandbox-/),
    });
    expect((await get(sandbox, url)).headers.etag).toBe(headers.etag);
  });

  test('responds to HEAD with the same headers and no body', async () => {
    const sandbox = await openSandbox();
    const { url, size } = await makeFile(sandbox);
    const whole = await get(sandbox, url);
    const { status, headers, bytes } = await get(sandbox, url, {}, { method: 'HEAD' });
    expect([status, bytes.length, headers['content-length']]).toEqual([200, 0, String(size)]);
    expect(headers.etag).toBe(whole.headers.etag);
  });

  test.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=600000-', 600_000, undefined],
    ['bytes=-22', -22, undefined],
  ])('returns %s', async (range, start, end) => {
    const sandbox = await openSandbox();
    const { url, size } = await makeFile(sandbox);
    const whole = await get(sandbox, url);
    const { status, headers, bytes } = await get(sandbox, url, { range });
    const expected = whole.bytes.subarray(start, end);
    expect(status).toBe(206);
    expect(bytes.equals(expected)).toBe(true);
    const first = start < 0 ? size + start : start;
    expect(headers['content-range']).toBe(`bytes ${first}-${first + expected.length - 1}/${size}`);
    expect(headers['content-length']).toBe(String(expected.length));
    expect(headers.etag).toBe(whole.headers.etag);
  });

  test('returns 416 and the size for a range after the end', async () => {
    const sandbox = await openSandbox();
    const { url, size } = await makeFile(sandbox);
    const { status, headers, bytes } = await get(sandbox, url, { range: `bytes=${size}-` });
    expect([status, headers['content-range']]).toEqual([416, `bytes */${size}`]);
    validateAnswer('GET', new URL(url).pathname, status, JSON.parse(bytes.toString()));
  });

  test('honors conditional headers', async () => {
    const sandbox = await openSandbox();
    const { url, size } = await makeFile(sandbox);
    const etag = (await get(sandbox, url)).headers.etag ?? '';
    const range = 'bytes=5-9';
    const lengths = [];
    for (const condition of [etag, '"other"', `W/${etag}`]) {
      const { status, bytes } = await get(sandbox, url, { range, 'if-range': condition });
      lengths.push([status, bytes.length]);
    }
    expect(lengths).toEqual([
      [206, 5],
      [200, size],
      [200, size],
    ]);
    expect((await get(sandbox, url, { 'if-none-match': etag })).status).toBe(304);
    const refused = await get(sandbox, url, { 'if-match': '"other"' });
    expect(refused.status).toBe(412);
    validateAnswer('GET', new URL(url).pathname, 412, JSON.parse(refused.bytes.toString()));
  });

  test('returns 404 for an unknown file', async () => {
    const answer = await call(await openSandbox(), 'GET', '/downloads/file/unknown');
    expect(answer.status).toBe(404);
  });

  test('serves ranges to several clients in parallel', async () => {
    const sandbox = await openSandbox();
    const { url, size } = await makeFile(sandbox);
    const step = Math.ceil(size / 8);
    const parts = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        get(sandbox, url, { range: `bytes=${index * step}-${(index + 1) * step - 1}` }),
      ),
    );
    const whole = await get(sandbox, url);
    expect(Buffer.concat(parts.map(({ bytes }) => bytes)).equals(whole.bytes)).toBe(true);
  });
});
