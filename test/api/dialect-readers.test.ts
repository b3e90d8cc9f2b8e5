import { describe, expect, test } from 'vitest';
import { parseList } from '../../src/api/list.ts';
import { parseMediaItem, readTranscript } from '../../src/api/media.ts';
import { parsePackage } from '../../src/api/package.ts';
import { readClaims } from '../../src/api/page-end.ts';
import { collectPages, type Page } from '../../src/api/paging.ts';
import { parseJson } from '../../src/parse/json.ts';

const list = (data: unknown) =>
  parseList(data, { what: 'package', httpStatus: 200, parseItem: (_value, id) => id, warn: () => undefined })
    .items;

describe('package dialects', () => {
  test.each<[string, unknown, string]>([
    ['a status with a code', { id: 'x', status: { code: 'FAILED', label: 'y' } }, 'failed'],
    ['a status with a state', { id: 'x', status: { state: 'READY', progress: 100 } }, 'ready'],
    ['an object under its kind', { download: { id: 'x', status: 'ready' } }, 'ready'],
    ['attributes', { id: 'x', type: 'downloads', attributes: { status: 'ready' } }, 'ready'],
    ['attributes with capital keys', { Id: 'x', Attributes: { Status: 'Ready' } }, 'ready'],
    ['the only item of a list', [{ id: 'x', status: 'ready' }], 'ready'],
    ['capital keys', { Id: 'x', Status: 'Ready' }, 'ready'],
    ['files in a layer', { id: 'x', status: 'done', files: { data: [{ url: 'u' }] } }, 'ready'],
  ])('%s', (_name, value, state) => {
    expect(parsePackage(value)).toMatchObject({ id: 'x', state });
  });

  test('reads the ID of the package, not of another resource', () => {
    const value = { downloadId: 'x', mediaId: 'm', media: { id: 'm' } };
    expect(parsePackage(value).id).toBe('x');
    expect(parsePackage({ data: { package_id: 'x', status: 'ready' } })).toMatchObject({
      id: 'x',
      state: 'ready',
    });
    expect(parsePackage({ id: 'x', downloadId: 'y' }).id).toBe('x');
    expect(parsePackage({ _id: 'x', downloadId: 'y' }).id).toBe('x');
    expect(() => parsePackage({ mediaId: 'm', assetId: 'a', renditionId: 'r', transcriptId: 't' })).toThrow(
      'the response contains a package without a valid ID',
    );
  });

  test('an ID beyond 2^53 keeps its digits', () => {
    expect(list(parseJson(Buffer.from('[{"id":9307199254740995},{"id":9307199254740996}]'), 'x'))).toEqual([
      '9307199254740995',
      '9307199254740996',
    ]);
  });
});

describe('media dialects', () => {
  test.each<[string, Record<string, unknown>]>([
    ['snake case', { media_type: 'VIDEO', created_at: '2026-01-02 03:04:05', duration: '00:03:05' }],
    [
      'kebab case',
      { 'media-type': 'video', 'created-at': 'Fri, 02 Jan 2026 03:04:05 GMT', duration: 'PT3M5S' },
    ],
    [
      'objects instead of strings',
      { type: { id: 1, slug: 'video' }, Created: '2026-01-02T03:04:05', duration: 185 },
    ],
  ])('%s', (_name, value) => {
    expect(parseMediaItem({ _id: 'x', ...value })).toMatchObject({
      id: 'x',
      type: 'video',
      durationSeconds: 185,
      created: '2026-01-02T03:04:05.000Z',
    });
  });

  test.each(['mediaId', 'assetId', 'MediaId', 'asset_id'])('reads the ID under %s', (key) => {
    expect(parseMediaItem({ [key]: 'x', name: 'n' })).toMatchObject({ id: 'x', name: 'n' });
    expect(parseMediaItem([{ [key]: 'x', attributes: { name: 'n' } }])).toMatchObject({ id: 'x', name: 'n' });
  });

  test('reads renditionId and transcriptId', () => {
    const renditions = [{ renditionId: 'r', mediaId: 'x' }, { mediaId: 'x' }];
    expect(parseMediaItem({ id: 'x', renditions }).renditions).toMatchObject([{ id: 'r' }]);
    const transcripts = { list: [{ transcriptId: 't', mediaId: 'x' }], tags: [{ name: 'y' }] };
    const parsed = parseList(transcripts, {
      what: 'transcript',
      httpStatus: 200,
      parseItem: (_value, id) => id,
      warn: () => undefined,
    });
    expect(parsed.items).toEqual(['t']);
  });

  test('reads renditions from a map', () => {
    const renditions = { HD: { id: 'r', name: 'HD' }, SD: { id: 's' } };
    expect(parseMediaItem({ id: 'x', renditions }).renditions).toMatchObject([{ id: 'r' }, { id: 's' }]);
  });

  test('reads renditions in a layer', () => {
    expect(parseMediaItem({ id: 'x', renditions: { data: [{ id: 'r' }] } }).renditions).toMatchObject([
      { id: 'r' },
    ]);
  });

  test('reads the code of a language object', () => {
    expect(readTranscript({ language: { code: 'de-v2', name: 'X' } }, 't').languageCode).toBe('de-v2');
  });

  test('keeps the outer ID when a layer has another one', () => {
    expect(list([{ id: 'hit', item: { id: 'medium' } }])).toEqual(['hit']);
  });
});

describe('the end of a list', () => {
  test('a HAL response without a list is empty only with a total of 0', () => {
    expect(list({ _links: {}, page: { totalElements: 0 } })).toEqual([]);
    expect(() => list({ _links: {}, page: { totalElements: 3 } })).toThrow('no list in the response');
  });

  test('rejects a repeated page when the response reports more', async () => {
    const page: Page<{ id: string }> = { items: [{ id: 'a' }], reportsMore: true };
    await expect(collectPages(async () => page, { limit: 9 })).rejects.toThrow(
      'repeats a page instead of sending more items',
    );
    expect(await collectPages(async () => page, { limit: 1 })).toMatchObject({ truncated: true });
  });

  const collect = async (pages: readonly Page<{ id: string }>[], limit = 99) => {
    const warnings: string[] = [];
    const result = await collectPages(async (page) => pages[page] ?? { items: [] }, {
      limit,
      pageSize: 2,
      warn: (message) => warnings.push(message),
    });
    return { ids: result.items.map(({ id }) => id).join(''), warnings };
  };
  const page = (ids: string, claims: Partial<Page<{ id: string }>> = {}): Page<{ id: string }> => ({
    items: ids.split('').map((id) => ({ id })),
    ...claims,
  });

  test('accepts a first page sent twice by a service that counts from 1', async () => {
    expect(await collect([page('ab'), page('ab'), page('cd'), page('e')])).toEqual({
      ids: 'abcde',
      warnings: [],
    });
  });

  test.each<[string, Partial<Page<{ id: string }>>, string]>([
    ['a total of items', { totalItems: 5 }, '2 of 5 items'],
    ['a number of pages', { totalPages: 3 }, '1 of 3 pages'],
  ])('%s not reached: fails after a repeated page and warns at the end', async (_name, claims, words) => {
    const repeated = page('ab', claims);
    await expect(collect([repeated, repeated, repeated, repeated])).rejects.toMatchObject({
      code: 'BAD_RESPONSE',
      message: expect.stringContaining(words) as string,
    });
    const { ids, warnings } = await collect([repeated]);
    expect([ids, warnings.length, warnings[0]]).toEqual(['ab', 1, expect.stringContaining(words)]);
  });

  test('warns if every page repeats the first', async () => {
    expect(await collect([page('ab'), page('ab'), page('ab')])).toEqual({
      ids: 'ab',
      warnings: ['the list can be incomplete: the service sends the same 2 items for each page'],
    });
  });

  test.each<[string, readonly Page<{ id: string }>[], string]>([
    ['the last page repeats', [page('ab'), page('cd'), page('cd'), page('cd')], 'abcd'],
    ['a service without pages sends more than requested', [page('abc'), page('abc'), page('abc')], 'abc'],
    ['a service without pages sends less than requested', [page('a'), page('a'), page('a')], 'a'],
  ])('does not warn if %s', async (_name, pages, ids) => {
    expect(await collect(pages)).toEqual({ ids, warnings: [] });
  });

  test.each<[string, readonly Page<{ id: string }>[]]>([
    ['all items received', [page('ab', { totalItems: 2 }), page('ab', { totalItems: 2 })]],
    ['skipped entries count', [page('ab', { totalItems: 3, skippedEntries: 1 })]],
    ['more items than claimed', [page('ab', { totalItems: 1, totalPages: 9 })]],
  ])('does not warn: %s', async (_name, pages) => {
    expect(await collect(pages)).toEqual({ ids: 'ab', warnings: [] });
  });
});

describe('readClaims', () => {
  const claims = (envelope: unknown, headers: Record<string, string> = {}, received = 2) =>
    readClaims(envelope, new Headers(headers), received);

  test.each<[string, unknown, Record<string, string>, Partial<ReturnType<typeof claims>>]>([
    ['no claims', { data: [] }, {}, { reportsMore: false, totalItems: null, totalPages: null }],
    ['a total next to the list', { data: { items: [], totalCount: 7 } }, {}, { totalItems: 7 }],
    [
      'capital keys',
      { Data: { TotalCount: 7, HasNextPage: true } },
      {},
      { totalItems: 7, reportsMore: true },
    ],
    ['metadata', { meta: { total_pages: 3, total: '7' } }, {}, { totalItems: 7, totalPages: 3 }],
    ['capital keys', { Total: { Value: '7' } }, {}, { totalItems: 7 }],
    ['a search engine', { hits: { total: { value: 7, relation: 'eq' } } }, {}, { totalItems: 7 }],
    [
      'hydra',
      { 'hydra:totalItems': 7, 'hydra:view': { 'hydra:next': '/x' } },
      {},
      { totalItems: 7, reportsMore: true },
    ],
    ['Content-Range', [], { 'content-range': 'items 0-1/7' }, { totalItems: 7 }],
    ['Content-Range without a total', [], { 'content-range': 'items 0-1/*' }, { totalItems: null }],
    [
      'a connection of GraphQL',
      { media: { pageInfo: { hasNextPage: true }, totalCount: 7 } },
      {},
      { totalItems: 7, reportsMore: true },
    ],
    ['a search server', { response: { numFound: 7 } }, {}, { totalItems: 7 }],
    ['headers', [], { 'x-total-count': '7', link: '</x>; rel="next"' }, { totalItems: 7, reportsMore: true }],
    ['a count of all', { count: 7, results: [] }, {}, { totalItems: 7 }],
    ['a count of the page', { count: 2, items: [] }, {}, { totalItems: null }],
    ['a page that is not the last', { content: [], last: false }, {}, { reportsMore: true }],
    ['links', { links: { last: '/x', next: null } }, {}, { reportsMore: false }],
  ])('%s', (_name, envelope, headers, wanted) => {
    expect(claims(envelope, headers)).toMatchObject(wanted);
  });
});
