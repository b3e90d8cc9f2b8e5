import { describe, expect, test } from 'vitest';
import { parseList } from '../../src/api/list.ts';
import { collectPages, type Page } from '../../src/api/paging.ts';
import { ExpectedError } from '../../src/errors.ts';

function ids(data: unknown, warnings: string[] = []): readonly string[] {
  return parseList(data, {
    what: 'package',
    httpStatus: 200,
    parseItem: (_value, id) => id,
    warn: (message) => warnings.push(message),
  }).items;
}

const A = { id: 'a' };
const B = { id: 'b' };

describe('parseList', () => {
  test.each<[string, unknown]>([
    ['an array', [A, B]],
    ['items', { items: [A, B] }],
    ['downloads', { downloads: [A, B] }],
    ['media', { media: [A, B] }],
    ['results', { results: [A, B] }],
    ['data', { data: [A, B] }],
    ['entities.items', { entities: { items: [A, B] } }],
    ['Entities.Items', { Entities: { Items: [A, B] } }],
    ['nested data', { data: { items: [A, B] } }],
    ['content next to page metadata', { content: [A, B], pageable: { sort: [] }, totalElements: 2 }],
    ['items next to links', { links: [{ rel: 'next', href: '/x' }], items: [A, B] }],
    ['items next to errors', { errors: [], items: [A, B], facets: [{ id: 'f' }] }],
    [
      'IDs under a key of the kind',
      { list: [{ downloadId: 'a' }, { package_id: 'b' }], tags: [{ name: 'x' }] },
    ],
    ['two unknown names, one with IDs', { list: [A, B], tagsUsed: ['x'] }],
    ['an unknown name', { packages: [A, B], links: [{ rel: 'self' }] }],
    ['OData 2', { d: { results: [A, B], __count: '2' } }],
    ['a payload', { code: 0, payload: { items: [A, B] } }],
    ['a payload that is the list', { code: 0, msg: 'ok', payload: [A, B], trace: ['t'] }],
    ['a search server', { response: { docs: [A, B], numFound: 2 } }],
    ['edges of GraphQL', { edges: [{ node: A }, { node: B }], pageInfo: {} }],
    ['nodes of GraphQL, named after their kind', { downloads: { nodes: [A, B], totalCount: 2 } }],
    ['items in an object of their kind', [{ download: A }, { package: B }]],
    ['a map by ID', { a: A, b: B }],
    ['a map by number', { data: { 0: A, 2: B } }],
  ])('reads %s', (_name, data) => {
    expect(ids(data)).toEqual(['a', 'b']);
  });

  test.each<[string, unknown]>([
    ['an empty array', []],
    ['empty items next to links', { items: [], links: [{ rel: 'self' }] }],
    ['the only array, which is empty', { others: [] }],
    ['a known name next to other arrays', { assets: [], tagsUsed: ['x'] }],
    ['null and a total of 0', { items: null, total: 0 }],
    ['empty arrays and a total of 0', { one: [], two: [], total: '0' }],
  ])('%s is an empty list', (_name, data) => {
    expect(ids(data)).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['a string', 'items'],
    ['an object without arrays', { count: 0 }],
    ['two unknown arrays of items', { one: [A], two: [B] }],
    ['two unknown empty arrays', { one: [], two: [] }],
    ['a map with something else', { a: A, page: { number: 0 } }],
    ['items without a single ID', { items: [{ uuid: 'a' }] }],
    ['IDs of another kind', { items: [{ mediaId: 'a' }] }],
    ['a list that is null', { items: null }],
  ])('rejects %s', (_name, data) => {
    expect(() => ids(data)).toThrow(expect.objectContaining({ code: 'BAD_RESPONSE' }));
  });

  test('skips items without an ID with one warning', () => {
    const warnings: string[] = [];
    expect(ids([A, { name: 'x' }, null, B, { id: '' }], warnings)).toEqual(['a', 'b']);
    expect(warnings).toEqual(['skipping each package without a usable ID']);
  });
});

describe('the page after the last', () => {
  const pages = async (last: () => Page<{ id: string }>) =>
    await collectPages(async (page) => (page === 0 ? { items: [A, B] } : last()), { limit: 10 });
  const failing = (httpStatus: number) => () => {
    throw new ExpectedError(httpStatus === 404 ? 'NOT_FOUND' : 'BAD_RESPONSE', 'no', { httpStatus });
  };

  test.each([400, 404, 416])('HTTP %i ends the list', async (status) => {
    expect(await pages(failing(status))).toEqual({ items: [A, B], truncated: false });
  });

  test('a response without content ends the list', async () => {
    const empty = () =>
      parseList(null, { what: 'package', httpStatus: 204, parseItem: () => A, warn: () => 0 });
    expect(await pages(empty)).toEqual({ items: [A, B], truncated: false });
  });

  const parsed = (data: unknown, claimedItems: number | null = null) => ({
    parse: () =>
      parseList(data, {
        what: 'package',
        httpStatus: 200,
        parseItem: () => A,
        warn: () => 0,
        claimedItems: () => claimedItems,
      }),
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['a list that is null', { items: null }],
    ['a list that is null in a layer', { entities: { items: null } }],
    ['an empty object', {}],
    ['an empty object in a layer', { result: {} }],
    ['empty arrays', { one: [], two: [] }],
  ])('%s ends the list but is rejected as the first page', async (_name, data) => {
    expect(await pages(parsed(data).parse)).toEqual({ items: [A, B], truncated: false });
    const first = collectPages(async () => parsed(data).parse(), { limit: 10 });
    await expect(first).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });

  test.each<[string, unknown]>([
    ['a list that is null next to an error', { items: null, error: 'time is up' }],
    ['a map of items next to an empty array', { list: { 2: { id: 'c' } }, tags: [] }],
    ['a map of items next to two empty arrays', { list: { 2: { id: 'c' } }, one: [], two: [] }],
    ['strings next to an empty array', { list: ['c'], tags: [] }],
    ['an object without a list', { page: 1 }],
  ])('%s does not end the list', async (_name, data) => {
    await expect(pages(parsed(data).parse)).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });

  test('null is an empty list only with a total of 0', async () => {
    expect(parsed(null, 0).parse().items).toEqual([]);
    expect(() => parsed(null, 3).parse()).toThrow(expect.objectContaining({ claimsItems: true }));
  });

  test.each([401, 403, 422, 500])('HTTP %i does not end the list', async (status) => {
    await expect(pages(failing(status))).rejects.toMatchObject({ details: { httpStatus: status } });
  });

  test.each([400, 404, 416])('fails after HTTP %i for the first page', async (status) => {
    await expect(collectPages(async () => failing(status)(), { limit: 10 })).rejects.toThrow('no');
  });
});

describe('parseList limits and errors', () => {
  const parse = (data: unknown, claimedItems: number | null = null) =>
    parseList(data, {
      what: 'media item',
      httpStatus: 206,
      parseItem: (_value, id) => id,
      warn: () => undefined,
      claimedItems: () => claimedItems,
    });
  const details = { httpStatus: 206 };

  test.each<[string, unknown, string]>([
    ['no list', { page: 1 }, 'unexpected response from the service: not a list'],
    ['a number', 7, 'unexpected response from the service: not a list'],
    ['null', null, 'no list in the response of the service'],
    ['an empty string', '', 'no list in the response of the service'],
    ['items without IDs', [{ a: 1 }], 'no media item in the response has a usable ID'],
    [
      'too many items',
      Array.from({ length: 10_001 }, () => A),
      'too many items in a page: 10001 (maximum 10000)',
    ],
  ])('rejects %s', (_name, data, message) => {
    expect(() => parse(data)).toThrow(expect.objectContaining({ code: 'BAD_RESPONSE', message, details }));
  });

  test('accepts 10,000 items and counts entries without an ID', () => {
    expect(parse(Array.from({ length: 10_000 }, () => A)).items).toHaveLength(10_000);
    expect(parse([A, {}, null])).toEqual({ items: ['a'], skippedEntries: 2 });
  });

  test.each<[unknown, number | null, boolean]>([
    [null, null, false],
    [null, 1, true],
    [{ items: null, total: 2 }, null, true],
    [{ page: 1 }, 3, true],
  ])('%j with a total of %j claims items: %j', (data, total, claimsItems) => {
    expect(() => parse(data, total)).toThrow(
      expect.objectContaining({ name: 'NoListError', claimsItems, details }),
    );
  });

  test.each<[string, unknown, boolean]>([
    ['one layer', { data: { items: [A] } }, true],
    ['two layers', { _embedded: { result: { items: [A] } } }, true],
    ['three layers', { _embedded: { result: { data: { items: [A] } } } }, false],
  ])('finds a list below %s: %j', (_name, data, isFound) => {
    const items = (): readonly string[] => {
      try {
        return parse(data).items;
      } catch {
        return [];
      }
    };
    expect(items()).toEqual(isFound ? ['a'] : []);
  });
});
