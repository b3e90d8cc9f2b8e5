import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { defineCreate } from '../../../src/commands/create.ts';
import type { CreateFlags } from '../../../src/flags/create-flags.ts';
import { DEFAULT_FETCH, DEFAULT_WAIT } from '../default-flags.ts';
import { parseLine, refusalOf } from '../parse-line.ts';

const define = (parent: Command, keep: (...parsed: readonly unknown[]) => Promise<void>) =>
  defineCreate(parent, keep);

const DEFAULTS: CreateFlags = {
  mediaIds: [],
  renditionIds: [],
  transcripts: [],
  query: null,
  split: null,
  transcriptFormats: [],
  languages: [],
  transcriptsOnly: false,
  title: null,
  description: null,
  expires: null,
  fromFile: null,
  dryRun: false,
  wait: null,
  fetch: null,
};

const LINES: readonly (readonly [flags: readonly string[], changed: Partial<CreateFlags>])[] = [
  [[], {}],
  [['-m', 'a'], { mediaIds: ['a'] }],
  [['--media', 'a', '-m', 'b', '--media=c'], { mediaIds: ['a', 'b', 'c'] }],
  [['--medium', 'a', '--medium=b'], { mediaIds: ['a', 'b'] }],
  [['-r', 'a', '--rendition', 'b'], { renditionIds: ['a', 'b'] }],
  [['-t', 'a'], { transcripts: [{ id: 'a', format: 'srt' }] }],
  [
    ['-t', 'a:txt', '--transcript', 'b:JSON', '-t', 'c:d:srt', '-t', 'e:f'],
    {
      transcripts: [
        { id: 'a', format: 'txt' },
        { id: 'b', format: 'json' },
        { id: 'c:d', format: 'srt' },
        { id: 'e:f', format: 'srt' },
      ],
    },
  ],
  [['-m', 'a', '--transcripts', 'srt'], { mediaIds: ['a'], transcriptFormats: ['srt'] }],
  [['-m', 'a', '--transcripts', 'srt,TXT,srt'], { mediaIds: ['a'], transcriptFormats: ['srt', 'txt'] }],
  [
    ['-m', 'a', '--transcripts', 'json', '--language', 'de-v2', '--language', 'translate-en-v2'],
    { mediaIds: ['a'], transcriptFormats: ['json'], languages: ['de-v2', 'translate-en-v2'] },
  ],
  [
    ['-m', 'a', '--transcripts', 'srt', '--transcripts-only'],
    { mediaIds: ['a'], transcriptFormats: ['srt'], transcriptsOnly: true },
  ],
  [['-f', 'body.json', '--transcripts', 'srt'], { fromFile: 'body.json', transcriptFormats: ['srt'] }],
  [['--title', 'A trip'], { title: 'A trip' }],
  [['--title', '--odd'], { title: '--odd' }],
  [['--description', 'By sea'], { description: 'By sea' }],
  [['--description', ''], { description: '' }],
  [['--expires', '7d'], { expires: '7d' }],
  [['-f', 'body.json'], { fromFile: 'body.json' }],
  [['--from-file', '-'], { fromFile: '-' }],
  [['-n'], { dryRun: true }],
  [['--dry-run'], { dryRun: true }],
  [['--wait'], { wait: DEFAULT_WAIT }],
  [['--wait', '--timeout', '90s', '--interval', '5s'], { wait: { timeoutMs: 90_000, intervalMs: 5_000 } }],
  [['--wait', '--timeout', '0'], { wait: { timeoutMs: 0, intervalMs: null } }],
  [['--wait', '--no-wait'], {}],
  [['--no-wait'], {}],
  [['--fetch'], { wait: DEFAULT_WAIT, fetch: DEFAULT_FETCH }],
  [['--fetch', '--no-wait'], { wait: { timeoutMs: 0, intervalMs: null }, fetch: DEFAULT_FETCH }],
  [
    ['--fetch', '-xD', 'out', '--keep-archive', '--timeout', '1h30m', '--rm'],
    {
      wait: { timeoutMs: 5_400_000, intervalMs: null },
      fetch: { ...DEFAULT_FETCH, extract: true, folder: 'out', keepArchive: true, removeAfterwards: true },
    },
  ],
  [
    ['--fetch', '--connections', '4', '-j', '1', '--limit-rate', '2M'],
    {
      wait: DEFAULT_WAIT,
      fetch: { ...DEFAULT_FETCH, connections: 4, jobs: 1, limitRateBytesPerSecond: 2_097_152 },
    },
  ],
  [['--fetch', '-o', '-'], { wait: DEFAULT_WAIT, fetch: { ...DEFAULT_FETCH, toStdout: true } }],
];

test.each(LINES)('create %j', async (flags, changed) => {
  expect(await parseLine(define, ['create', ...flags])).toEqual([
    { ...DEFAULTS, ...changed },
    { anonymous: false },
  ]);
});

test('create --anonymous is a connection flag', async () => {
  expect(await parseLine(define, ['create', '-r', 'a', '--anonymous'])).toEqual([
    { ...DEFAULTS, renditionIds: ['a'] },
    { anonymous: true },
  ]);
});

test('rejects a second media ID without -m', async () => {
  expect(await refusalOf(define, ['create', '-m', 'a', 'b'])).toContain('too many arguments');
});

test.each([
  [['-m', ''], '-m: the value is empty'],
  [['-r', ' '], '-r: the value is empty'],
  [['-t', ''], '-t: the value is empty'],
  [['-t', ':srt'], '-t: the transcript ID is empty'],
  [['-t', 'a:vtt'], '-t: packages cannot contain vtt transcripts'],
  [['-m', 'a', '--all'], '-m and a query cannot be combined'],
  [['--max-media', '5'], '--max-media needs a query'],
  [['--split', '2'], '--split needs -m or a query'],
  [['--all', '--split', '0'], '--split: "0" is not a whole number from 1'],
  [['--all', '--split', '2', '-r', 'r'], '--split and -r cannot be combined'],
  [['--all', '--split', '2', '-t', 't'], '--split and -t cannot be combined'],
  [['--all', '--split', '2', '-f', 'x'], '--split and -f cannot be combined'],
  [['--all', '--split', '2', '--fetch', '-o', 'x'], '--split and -o cannot be combined'],
  [['-t', 'a:vtt'], 'streamdiver-dl transcripts MEDIA_ID -t TRANSCRIPT_ID --as vtt'],
  [['-m', 'a', '--transcripts', 'srt,vtt'], 'streamdiver-dl transcripts MEDIA_ID --as vtt'],
  [['-m', 'a', '--transcripts', 'docx'], '--transcripts: packages cannot contain docx transcripts'],
  [['-m', 'a', '--transcripts', 'srt,'], '--transcripts: "" is not a transcript format'],
  [['-m', 'a', '--transcripts', 'pdf'], 'formats: txt, srt, json'],
  [['-m', 'a', '--transcripts', 'srt', '--language', ''], '--language: the value is empty'],
  [['-m', 'a', '--language', 'de'], '--language needs --transcripts FORMAT'],
  [['-m', 'a', '--transcripts-only'], '--transcripts-only needs --transcripts'],
  [['--transcripts', 'srt'], 'select media with -m'],
  [['--title', ''], '--title: the value is empty'],
  [['--expires', ''], '--expires: the value is empty'],
  [['-f', ''], '-f: the value is empty'],
  [['-m', 'a', '--timeout', '5m'], '--timeout needs --wait or --fetch'],
  [['-m', 'a', '--interval', '5s'], '--interval needs --wait or --fetch'],
  [['-m', 'a', '--wait', '--timeout', '90'], 'use 90s for seconds'],
  [['-m', 'a', '--wait', '--timeout', '-1'], 'has no unit'],
  [['-m', 'a', '--wait', '--interval', '0'], '--interval: the interval must be longer than 0'],
  [['-m', 'a', '-o', 'x.zip'], '-o needs --fetch'],
  [['-m', 'a', '--wait', '-x'], '-x needs --fetch'],
  [['-m', 'a', '--wait', '--rm'], '--rm needs --fetch'],
  [['-m', 'a', '--no-resume'], '--no-resume needs --fetch'],
  [['-m', 'a', '--no-space-check'], '--no-space-check needs --fetch'],
  [['-m', 'a', '--wait', '--connections', '2'], '--connections needs --fetch'],
  [['-m', 'a', '--wait', '-j', '2'], '--jobs needs --fetch'],
  [['-m', 'a', '--limit-rate', '1M'], '--limit-rate needs --fetch'],
  [['-m', 'a', '--clobber'], '--clobber needs --fetch'],
  [['-m', 'a', '--fetch', '--no-wait', '--timeout', '5m'], '--no-wait and --timeout cannot be combined'],
  [['-m', 'a', '--fetch', '-o', 'x', '-D', 'y'], '-o and -D cannot be combined'],
])('rejects create %j', async (flags, message) => {
  expect(await refusalOf(define, ['create', ...flags])).toContain(message);
});
