import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readBody } from '../../src/http/body.ts';
import { toHttpHeaders } from '../../src/http/headers.ts';
import { parseServerUrl } from '../../src/http/origin.ts';
import { followRedirects } from '../../src/http/redirect.ts';
import type { HttpResponse } from '../../src/http/transport.ts';
import { createFastClock } from '../support/fast-clock.ts';

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

test('an encoded answer names the host and the encoding, and is destroyed', async () => {
  const response = answer(START, 200, { 'content-encoding': 'GZIP' });
  const reading = readBody(response, {
    limitBytes: 10,
    timeoutMs: 1000,
    clock: createFastClock(),
    signal: new AbortController().signal,
  });
  await expect(reading).rejects.toThrow('unexpected content encoding from api.example.com: gzip');
  expect(response.body.destroyed).toBe(true);
});
