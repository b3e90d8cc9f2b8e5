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

/** Follows as many redirects as given, then 200; tells the paths that were asked and the answers. */
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
  test('five are followed', async () => {
    const { outcome, answers } = await follow(5);
    expect(outcome).toBe(200);
    expect(answers.map(({ url }) => url.pathname)).toEqual(['/0', '/1', '/2', '/3', '/4', '/5']);
  });

  test.each([301, 302, 303, 307, 308])('HTTP %i without a Location is refused', async (status) => {
    const following = followRedirects(START, async (url) => answer(url, status, {}));
    await expect(following).rejects.toMatchObject({
      code: 'BAD_RESPONSE',
      message: `redirect without a Location header from api.example.com (HTTP ${status})`,
      details: { httpStatus: status },
    });
  });

  test.each([200, 204, 300, 304, 305, 306, 309, 404])('HTTP %i is an answer', async (status) => {
    const response = await followRedirects(START, async (url) => answer(url, status, { location: '/1' }));
    expect([response.status, response.url.pathname]).toEqual([status, '/0']);
  });

  test('too many are no answer of the service, and have its status', async () => {
    const following = followRedirects(START, async (url) => answer(url, 307, { location: '/again' }));
    await expect(following).rejects.toMatchObject({ code: 'BAD_RESPONSE', details: { httpStatus: 307 } });
  });

  test('the credential stays behind at the first foreign host, for good', async () => {
    const hosts = ['https://cdn.example.com/1', 'https://api.example.com/2', null];
    const allowed: boolean[] = [];
    await followRedirects(START, async (url, mayAuthenticate) => {
      const location = hosts[allowed.length];
      allowed.push(mayAuthenticate);
      return location ? answer(url, 302, { location }) : answer(url, 200, {});
    });
    expect(allowed).toEqual([true, false, false]);
  });

  test('a redirect within the origin keeps the credential', async () => {
    const allowed: boolean[] = [];
    await followRedirects(START, async (url, mayAuthenticate) => {
      allowed.push(mayAuthenticate);
      return allowed.length === 1 ? answer(url, 302, { location: '/1' }) : answer(url, 200, {});
    });
    expect(allowed).toEqual([true, true]);
  });

  test('the sixth is refused and not requested', async () => {
    const { outcome, answers } = await follow(6);
    expect(outcome).toBe('too many redirects from api.example.com (more than 5)');
    expect(answers).toHaveLength(6);
  });

  test('the body of each redirect is destroyed, that of the answer is not', async () => {
    const { answers } = await follow(2);
    expect(answers.map(({ body }) => body.destroyed)).toEqual([true, true, false]);
  });
});

test.each(['https://:secret@host.example/', 'https://user@host.example/'])('%s is refused', (text) => {
  expect(() => parseServerUrl(text, START)).toThrow(
    'refusing redirect to a URL with user info: host.example',
  );
});
