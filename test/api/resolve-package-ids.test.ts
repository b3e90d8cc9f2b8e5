import { expect, test } from 'vitest';
import type { Package } from '../../src/api/package.ts';
import { parsePackage } from '../../src/api/package.ts';
import type { Page } from '../../src/api/paging.ts';
import { resolvePackageIds } from '../../src/api/resolve-package-ids.ts';
import { type ErrorCode, ExpectedError } from '../../src/errors.ts';

const FIRST = '5f0c2b9e-7d41-4a36-9e58-c1d2e3f4a500';
const SECOND = '5f0c2b9e-7d41-4a36-9e58-c1d2e3f4a511';
const UPPER = 'B4BEF371-0000-4000-8000-000000000001';

interface Given {
  readonly ids?: readonly string[];
  readonly kind?: 'token' | 'anonymous';
  readonly url?: string;
  /** The error of the list request. */
  readonly fails?: unknown;
  /** Records the requested pages of the list. */
  readonly pages?: number[];
}

/** Resolves words with an API that has these packages, and reports whether they were listed. */
async function resolve(
  words: readonly string[],
  {
    ids = [FIRST, SECOND, UPPER],
    kind = 'token',
    url = 'https://api.example.com/v2',
    fails = null,
    pages = [],
  }: Given = {},
) {
  const api = {
    url: new URL(url),
    credential: { kind } as never,
    async listDownloads(page: number): Promise<Page<Package>> {
      pages.push(page);
      if (fails !== null) throw fails;
      return { items: page === 0 ? ids.map((id) => parsePackage({ id })) : [] };
    },
  };
  const resolved = await resolvePackageIds(words, { api, signal: new AbortController().signal });
  return { resolved, isListed: pages.length > 0 };
}

test.each<[string, string, boolean]>([
  ['b4bef371', UPPER, true],
  ['b4bef3', UPPER, true],
  ['b4bef', 'b4bef', false],
  [FIRST, FIRST, false],
  [FIRST.slice(0, -1), FIRST, true],
  ['abcdef', 'abcdef', true],
  ['opaque-one', 'opaque-one', false],
])('%s resolves to %s (listed: %j)', async (word, id, isListed) => {
  const ids = [FIRST, UPPER];
  expect(await resolve([word], { ids })).toEqual({ resolved: [id], isListed });
});

test('matches prefixes of UUIDs only and prefers a complete ID', async () => {
  expect((await resolve(['abcdef'], { ids: ['abcdef-and-more'] })).resolved).toEqual(['abcdef']);
  const longer = 'abcdef01-0000-4000-8000-000000000001';
  expect((await resolve(['abcdef01'], { ids: ['abcdef01', longer] })).resolved).toEqual(['abcdef01']);
});

test('resolves several words for one package to one ID, and requests the list once', async () => {
  const words = ['b4bef371', 'b4bef3', UPPER, `https://api.example.com/v2/downloads/${UPPER}`, 'other'];
  const pages: number[] = [];
  expect((await resolve(words, { pages })).resolved).toEqual([UPPER, 'other']);
  expect(pages.filter((page) => page === 0)).toHaveLength(1);
});

test('rejects an ambiguous prefix', async () => {
  await expect(resolve(['5f0c2b9e'])).rejects.toMatchObject({
    code: 'USAGE',
    message: `ambiguous package ID 5f0c2b9e: matches ${FIRST}, ${SECOND}`,
    details: { hint: 'use more characters of the ID' },
  });
});

test('lists nothing without a credential', async () => {
  expect(await resolve(['b4bef371'], { kind: 'anonymous' })).toEqual({
    resolved: ['b4bef371'],
    isListed: false,
  });
});

test.each<ErrorCode>(['BAD_RESPONSE', 'NOT_FOUND'])(
  'treats words as complete IDs when the list fails with %s',
  async (code) => {
    const { resolved } = await resolve(['b4bef371'], { fails: new ExpectedError(code, 'x') });
    expect(resolved).toEqual(['b4bef371']);
  },
);

test.each<unknown>([
  new ExpectedError('AUTH', 'x'),
  new ExpectedError('UNAVAILABLE', 'x'),
  new TypeError('x'),
])('fails when the list fails with %s', async (fails) => {
  await expect(resolve(['b4bef371'], { fails })).rejects.toBe(fails);
});

test.each([
  ['https://api.example.com/v2/downloads/x', 'x'],
  ['HTTPS://API.EXAMPLE.COM/v2/downloads/x/', 'x'],
  ['https://api.example.com/v2/downloads/x?sig=secret#part', 'x'],
  ['https://api.example.com/v2/downloads/a%20b', 'a b'],
  ['https://api.example.com/v2/downloads/a%zz', 'a%zz'],
])('%s is a package URL', async (text, id) => {
  expect((await resolve([text])).resolved).toEqual([id]);
  expect((await resolve([text], { url: 'https://api.example.com/v2/' })).resolved).toEqual([id]);
});

test.each([
  'https://elsewhere.example.com/v2/downloads/x?sig=secret',
  'http://api.example.com/v2/downloads/x#secret',
  'https://api.example.com/v1/downloads/x',
  'https://api.example.com/v2/downloads/',
  'https://api.example.com/v2/downloads/file/x',
  'https://[',
])('%s is not a package URL', async (text) => {
  await expect(resolve([text])).rejects.toMatchObject({
    code: 'USAGE',
    message: `not a package URL of https://api.example.com: ${text.replace(/[?#].*/, '')}`,
    details: { hint: 'use a URL such as https://api.example.com/v2/downloads/ID' },
  });
});
