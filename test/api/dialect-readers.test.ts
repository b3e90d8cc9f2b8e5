import { describe, expect, test } from 'vitest';
import { parseList } from '../../src/api/list.ts';
import { parseMedium, readTranscript } from '../../src/api/media.ts';
import { parsePackage } from '../../src/api/package.ts';
import { collectPages, type Page } from '../../src/api/paging.ts';
import { parseJson } from '../../src/values/json.ts';

const list = (data: unknown) =>
  parseList(data, { what: 'package', httpStatus: 200, parseItem: (_value, id) => id, warn: () => undefined });

describe('packages as services shape them', () => {
  test.each<[string, unknown, string]>([
    ['a status with a code', { id: 'x', status: { code: 'FAILED', label: 'y' } }, 'failed'],
    ['a status with a state', { id: 'x', status: { state: 'READY', progress: 100 } }, 'ready'],
    ['a layer of its kind', { download: { id: 'x', status: 'ready' } }, 'ready'],
    ['attributes', { id: 'x', type: 'downloads', attributes: { status: 'ready' } }, 'ready'],
    ['the only item of a list', [{ id: 'x', status: 'ready' }], 'ready'],
    ['capital keys', { Id: 'x', Status: 'Ready' }, 'ready'],
    ['files in a layer', { id: 'x', status: 'done', files: { data: [{ url: 'u' }] } }, 'ready'],
  ])('%s', (_name, value, state) => {
    expect(parsePackage(value)).toMatchObject({ id: 'x', state });
  });

  test('an ID beyond 2^53 keeps its digits', () => {
    expect(list(parseJson(Buffer.from('[{"id":9307199254740995}]'), 'x'))).toEqual(['9307199254740995']);
  });
});

describe('media as services shape them', () => {
  test.each<[string, Record<string, unknown>]>([
    ['snake case', { media_type: 'VIDEO', created_at: '2026-01-02 03:04:05', duration: '00:03:05' }],
    [
      'kebab case',
      { 'media-type': 'video', 'created-at': 'Fri, 02 Jan 2026 03:04:05 GMT', duration: 'PT3M5S' },
    ],
    ['objects for words', { type: { id: 1, slug: 'video' }, Created: '2026-01-02T03:04:05', duration: 185 }],
  ])('%s', (_name, value) => {
    expect(parseMedium({ _id: 'x', ...value })).toMatchObject({
      id: 'x',
      type: 'video',
      durationSeconds: 185,
      created: '2026-01-02T03:04:05.000Z',
    });
  });

  test('renditions in a layer are not lost', () => {
    expect(parseMedium({ id: 'x', renditions: { data: [{ id: 'r' }] } }).renditions).toMatchObject([
      { id: 'r' },
    ]);
  });

  test('a language with a code', () => {
    expect(readTranscript({ language: { code: 'de-v2', name: 'X' } }, 't').languageCode).toBe('de-v2');
  });

  test('another ID in a layer is not mixed with the outer one', () => {
    expect(list([{ id: 'hit', item: { id: 'medium' } }])).toEqual(['hit']);
  });
});

describe('the end of a list', () => {
  test('an empty HAL list is empty, and a missing one with a total is none', () => {
    expect(list({ _links: {}, page: { totalElements: 0 } })).toEqual([]);
    expect(() => list({ _links: {}, page: { totalElements: 3 } })).toThrow('without a list');
  });

  test('a page that comes again although there are more is an error, never the end', async () => {
    const page: Page<{ id: string }> = Object.assign([{ id: 'a' }], { saysMore: true as const });
    await expect(collectPages(async () => page, { limit: 9 })).rejects.toThrow('sends the same page again');
    expect(await collectPages(async () => page, { limit: 1 })).toMatchObject({ truncated: true });
  });
});
