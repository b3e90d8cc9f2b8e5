import { describe, expect, test } from 'vitest';
import type { RawCreateFlags } from '../../src/flags/create-flags.ts';
import type { RawFetchFlags } from '../../src/flags/fetch-flags.ts';
import { readListQuery, readQueryFlags } from '../../src/flags/query-flags.ts';
import { readCreateFlags } from '../../src/flags/read-create-flags.ts';
import { readFetchFlags, refuseFetchFlags } from '../../src/flags/read-fetch-flags.ts';
import { readTranscriptsFlags } from '../../src/flags/read-transcripts-flags.ts';
import type { RawTranscriptsFlags } from '../../src/flags/transcripts-flags.ts';
import { DEFAULT_QUERY } from '../commands/default-flags.ts';

const refusal = (message: string, hint?: string) =>
  expect.objectContaining({ code: 'USAGE', message, details: hint === undefined ? {} : { hint } }) as Error;
const both = (one: string, other: string) => `${one} and ${other} cannot be combined`;

test.each<[RawFetchFlags, string]>([
  [{ output: 'x', dir: 'y' }, both('-o', '-D')],
  [{ output: '-', extract: true, include: ['a'] }, both('-o -', '-x')],
  [{ output: '-', include: ['a'] }, both('-o -', '--include')],
  [{ output: '-', pattern: ['a'] }, both('-o -', '--pattern')],
  [{ output: '-', exclude: ['a'] }, both('-o -', '--exclude')],
  [{ output: '-', rm: true }, both('-o -', '--rm')],
  [{ output: '-', record: 'r' }, both('-o -', '--record')],
  [{ output: '-', onlyNew: true }, both('-o -', '--only-new')],
  [{ output: '-', jobs: 1 }, both('-o -', '--jobs')],
  [{ keepArchive: true }, '--keep-archive needs -x'],
  [{ skipUnsafe: true }, '--skip-unsafe needs -x'],
  [{ encoding: 'cp437' }, '--encoding needs -x'],
])('fetch rejects %j', (raw, message) => {
  expect(() => readFetchFlags(raw)).toThrow(refusal(message));
});

test('fetch accepts the same flags in allowed combinations', () => {
  const alone: readonly RawFetchFlags[] = [
    { output: '-' },
    { output: 'x', extract: true, rm: true, record: 'r', onlyNew: true, jobs: 1 },
    { include: ['a'], keepArchive: true, skipUnsafe: true, encoding: 'cp437' },
  ];
  for (const raw of alone) expect(() => readFetchFlags(raw)).not.toThrow();
});

test.each<[RawFetchFlags, string]>([
  [{ output: 'x' }, '-o'],
  [{ dir: 'x' }, '-D'],
  [{ outputDir: 'x' }, '--output-dir'],
  [{ dest: 'x' }, '--dest'],
  [{ extract: true }, '-x'],
  [{ keepArchive: true }, '--keep-archive'],
  [{ skipUnsafe: true }, '--skip-unsafe'],
  [{ include: [] }, '--include'],
  [{ exclude: [] }, '--exclude'],
  [{ pattern: [] }, '--pattern'],
  [{ encoding: 'x' }, '--encoding'],
  [{ overwrite: true }, '--overwrite'],
  [{ clobber: true }, '--clobber'],
  [{ skipExisting: true }, '--skip-existing'],
  [{ resume: false }, '--no-resume'],
  [{ connections: 1 }, '--connections'],
  [{ jobs: 1 }, '--jobs'],
  [{ limitRate: 1 }, '--limit-rate'],
  [{ retries: 0 }, '--retries'],
  [{ checksum: 'x' }, '--checksum'],
  [{ sha256: true }, '--sha256'],
  [{ maxSize: 1 }, '--max-size'],
  [{ ignoreSize: true }, '--ignore-size'],
  [{ spaceCheck: false }, '--no-space-check'],
  [{ rm: true }, '--rm'],
  [{ record: 'x' }, '--record'],
  [{ onlyNew: true }, '--only-new'],
])('create without --fetch rejects %j', (raw, flag) => {
  expect(() => refuseFetchFlags({ resume: true, spaceCheck: true, ...raw })).toThrow(
    refusal(`${flag} needs --fetch`),
  );
});

describe('create', () => {
  const SELECT = 'select media with -m ID or a query such as --tag TAG';

  test.each<[RawCreateFlags, string, string?]>([
    [{ language: ['de'] }, '--language needs --transcripts FORMAT'],
    [{ transcriptsOnly: true }, '--transcripts-only needs --transcripts FORMAT'],
    [
      { media: ['a'], all: true },
      '-m and a query cannot be combined',
      'select media either by their IDs or by a query',
    ],
    [
      { medium: ['a'], tag: 'x' },
      '-m and a query cannot be combined',
      'select media either by their IDs or by a query',
    ],
    [{ split: 1 }, '--split needs -m or a query'],
    [{ split: 1, all: true, rendition: ['r'] }, both('--split', '-r')],
    [{ split: 1, all: true, transcript: ['t'] }, both('--split', '-t')],
    [{ split: 1, all: true, fromFile: 'f' }, both('--split', '-f')],
    [{ split: 1, all: true, fetch: true, output: 'o' }, both('--split', '-o')],
    [{ split: 1, all: true, fetch: true, checksum: 'c' }, both('--split', '--checksum')],
    [{ transcripts: ['srt'] }, '--transcripts needs at least one media item', SELECT],
    [{ media: ['-'], fromFile: '-' }, '-m - and -f - both read standard input'],
    [{ timeout: 1 }, '--timeout needs --wait or --fetch'],
  ])('rejects %j', (raw, message, hint) => {
    expect(() => readCreateFlags(raw)).toThrow(refusal(message, hint));
  });

  test.each<RawCreateFlags>([
    { split: 1, media: ['a'] },
    { split: 1, tag: 'x' },
    { media: ['-'], fromFile: 'f' },
    { media: ['a'], fromFile: '-' },
    { transcripts: ['srt'], fromFile: 'f' },
    { transcripts: ['srt'], medium: ['m'], language: ['de'], transcriptsOnly: true },
  ])('accepts %j', (raw) => {
    expect(() => readCreateFlags(raw)).not.toThrow();
  });

  test('waits with --wait and fetches with --fetch', () => {
    const wait = { timeoutMs: 21_600_000, intervalMs: null };
    expect(readCreateFlags({})).toMatchObject({ wait: null, fetch: null });
    expect(readCreateFlags({ wait: true })).toMatchObject({ wait, fetch: null });
    expect(readCreateFlags({ fetch: true })).toMatchObject({ wait, fetch: { jobs: 3, retries: 5 } });
    expect(readCreateFlags({ media: ['a'], medium: ['b'] }).mediaIds).toEqual(['a', 'b']);
  });
});

describe('transcripts', () => {
  test.each<[readonly string[], RawTranscriptsFlags, string, string?]>([
    [['m'], { output: 'o', dir: 'd' }, both('-o', '-D')],
    [['m'], { output: '-', dir: 'd' }, both('-o -', '-D')],
    [['m'], { output: '-', name: 'n' }, both('-o -', '--name')],
    [['m'], { output: 'o', name: 'n' }, both('-o', '--name')],
    [['m'], { output: '-', dryRun: true }, both('-o -', '-n')],
    [['m'], { output: '-', skipExisting: true }, both('-o -', '--skip-existing')],
    [['m'], { output: '-', overwrite: true }, both('-o -', '--overwrite')],
    [['m'], { output: '-', onlyNew: true }, both('-o -', '--only-new')],
    [['m'], { output: '-', record: 'r', onlyNew: true }, both('-o -', '--record')],
    [['-'], { media: ['-'] }, 'standard input can be read only once'],
    [
      ['m'],
      { all: true },
      'media IDs and a query cannot be combined',
      'select media either by ID or by a query',
    ],
    [[], { transcript: ['t'] }, '-t needs -m or a query', "use 'streamdiver-dl transcripts MEDIA_ID -t ID'"],
  ])('rejects %j with %j', (operands, raw, message, hint) => {
    expect(() => readTranscriptsFlags(operands, raw)).toThrow(refusal(message, hint));
  });

  test.each<[readonly string[], RawTranscriptsFlags]>([
    [['-'], {}],
    [['m'], { transcript: ['t'] }],
    [[], { transcript: ['t'], tag: 'x' }],
    [['m'], { output: 'o', dryRun: true, skipExisting: true, record: 'r' }],
    [['m'], { output: 'o/', name: 'n' }],
    [['m'], { dir: 'd', name: 'n' }],
  ])('accepts %j with %j', (operands, raw) => {
    expect(() => readTranscriptsFlags(operands, raw)).not.toThrow();
  });

  test('reads media from the operands and the flags', () => {
    expect(readTranscriptsFlags(['a'], { media: ['b'], medium: ['c'] }).mediaIds).toEqual(['a', 'b', 'c']);
    expect(readTranscriptsFlags([], {})).toMatchObject({
      mediaIds: [],
      formats: ['srt'],
      jobs: 8,
      retries: 5,
      speakers: true,
      waitMs: null,
      dryRun: false,
    });
    expect(readTranscriptsFlags([], { speakers: false, waitTranscripts: 0, dryRun: true })).toMatchObject({
      speakers: false,
      waitMs: 0,
      dryRun: true,
    });
  });
});

describe('a query', () => {
  test.each(['search', 'type', 'tag', 'speaker', 'channel', 'since', 'until'])(
    'is defined by --%s',
    (key) => {
      expect(readQueryFlags({ [key]: 'x', maxMedia: 5 })).toEqual({
        ...DEFAULT_QUERY,
        [key]: 'x',
        maxMedia: 5,
      });
    },
  );

  test('is defined by --all and is null without flags', () => {
    expect(readQueryFlags({ all: true })).toEqual({ ...DEFAULT_QUERY, maxMedia: null });
    expect([readQueryFlags({}), readQueryFlags({ all: false })]).toEqual([null, null]);
    expect(readListQuery({})).toEqual({ ...DEFAULT_QUERY, maxMedia: null });
  });

  test('--max-media needs a query', () => {
    const hint = 'select media with a query flag such as --all, --search, --tag, or --since';
    expect(() => readQueryFlags({ maxMedia: 5 })).toThrow(refusal('--max-media needs a query', hint));
    expect(readListQuery({ maxMedia: 5 }).maxMedia).toBe(5);
  });
});
