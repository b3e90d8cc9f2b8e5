import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { toHttpHeaders } from '../../src/http/headers.ts';
import { parseServerUrl } from '../../src/http/origin.ts';
import { followRedirects } from '../../src/http/redirect.ts';
import type { HttpResponse } from '../../src/http/transport.ts';

const START = new URL('https://api.example.com/0');

function answer(url: URL, status: number, headers: Record<string, string>): HttpResponse {
  return { url, status, headers: toHttpHeaders(headers), body: Readable.from(['text']), release: () => {} };
}

/** Follows this many redirects to a 200; returns the outcome and every response. */
async function follow(redirects: number) {
  const answers: HttpResponse[] = [];
  const outcome = await followRedirects(START, async (url) => {
    const isLast = answers.length === redirects;
    const one = answer(url, isLast ? 200 : 302, isLast ? {} : { location: `/${answers.length + 1}` });
    answers.push(one);
    return one;
  }).then(
    ({ status }) => status,
    (error: Error) => error.message,
  );
  return { outcome, answers };
}

describe('redirects', () => {
  test('follows five', async () => {
    const { outcome, answers } = await follow(5);
    expect(outcome).toBe(200);
    expect(answers.map(({ url }) => url.pathname)).toEqual(['/0', '/1', '/2', '/3', '/4', '/5']);
  });

  test.each([301, 302, 303, 307, 308])('rejects HTTP %i without a Location', async (status) => {
    const following = followRedirects(START, async (url) => answer(url, status, {}));
    await expect(following).rejects.toMatchObject({
      code: 'BAD_RESPONSE',
      message: `redirect without a Location header from api.example.com (HTTP ${status})`,
      details: { httpStatus: status },
    });
  });

  test.each([200, 204, 300, 304, 305, 306, 309, 404])('returns HTTP %i as the response', async (status) => {
    const response = await followRedirects(START, async (url) => answer(url, status, { location: '/1' }));
    expect([response.status, response.url.pathname]).toEqual([status, '/0']);
  });

  test('rejects too many with BAD_RESPONSE and the last status', async () => {
    const following = followRedirects(START, async (url) => answer(url, 307, { location: '/again' }));
    await expect(following).rejects.toMatchObject({ code: 'BAD_RESPONSE', details: { httpStatus: 307 } });
  });

  test('drops the credential for good at the first foreign host', async () => {
    const hosts = ['https://cdn.example.com/1', 'https://api.example.com/2', null];
    const allowed: boolean[] = [];
    await followRedirects(START, async (url, mayAuthenticate) => {
      const location = hosts[allowed.length];
      allowed.push(mayAuthenticate);
      return location ? answer(url, 302, { location }) : answer(url, 200, {});
    });
    expect(allowed).toEqual([true, false, false]);
  });

  test('keeps the credential within the origin', async () => {
    const allowed: boolean[] = [];
    await followRedirects(START, async (url, mayAuthenticate) => {
      allowed.push(mayAuthenticate);
      return allowed.length === 1 ? answer(url, 302, { location: '/1' }) : answer(url, 200, {});
    });
    expect(allowed).toEqual([true, true]);
  });

  test('rejects the sixth without requesting it', async () => {
    const { outcome, answers } = await follow(6);
    expect(outcome).toBe('too many redirects from api.example.com (more than 5)');
    expect(answers).toHaveLength(6);
  });

  test('destroys the body of each redirect but not of the final response', async () => {
    const { answers } = await follow(2);
    expect(answers.map(({ body }) => body.destroyed)).toEqual([true, true, false]);
  });
});

test.each(['https://:secret@host.example/', 'https://user@host.example/'])('rejects %s', (text) => {
  expect(() => parseServerUrl(text, START)).toThrow(
    'refusing redirect to a URL with user info: host.example',
  );
});
