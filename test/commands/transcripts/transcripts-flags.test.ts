import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { defineTranscripts } from '../../../src/commands/transcripts.ts';
import type { TranscriptsFlags } from '../../../src/flags/transcripts-flags.ts';
import { DEFAULT_QUERY, DEFAULT_RECORD } from '../default-flags.ts';
import { parseLine, refusalOf } from '../parse-line.ts';

const define = (parent: Command, keep: (...parsed: readonly unknown[]) => Promise<void>) =>
  defineTranscripts(parent, keep);

const DEFAULTS: TranscriptsFlags = {
  mediaIds: [],
  query: null,
  transcriptIds: [],
  formats: ['srt'],
  isFormatGiven: false,
  languages: [],
  speakers: true,
  folder: null,
  output: null,
  toStdout: false,
  name: null,
  jobs: 8,
  retries: 5,
  ifExists: 'refuse',
  waitMs: null,
  record: DEFAULT_RECORD,
  dryRun: false,
};

test.each<[readonly string[], Partial<TranscriptsFlags>]>([
  [[], {}],
  [['a'], { mediaIds: ['a'] }],
  [['a', '-m', 'b', '--medium', 'c', '-'], { mediaIds: ['a', '-', 'b', 'c'] }],
  [['--all'], { query: DEFAULT_QUERY }],
  [['--search', 'x y'], { query: { ...DEFAULT_QUERY, search: 'x y' } }],
  [['--type', 'VIDEO'], { query: { ...DEFAULT_QUERY, type: 'video' } }],
  [['--tag', 'x'], { query: { ...DEFAULT_QUERY, tag: 'x' } }],
  [['--speaker', 'x'], { query: { ...DEFAULT_QUERY, speaker: 'x' } }],
  [['--channel', 'x'], { query: { ...DEFAULT_QUERY, channel: 'x' } }],
  [['--since', '7d', '--until', '1d'], { query: { ...DEFAULT_QUERY, since: '7d', until: '1d' } }],
  [['--all', '--max-media', '9'], { query: { ...DEFAULT_QUERY, maxMedia: 9 } }],
  [['a', '-t', 't1', '-t', 't2'], { mediaIds: ['a'], transcriptIds: ['t1', 't2'] }],
  [['--as', 'VTT,docx,vtt'], { formats: ['vtt', 'docx'], isFormatGiven: true }],
  [['--language', 'de', '--language', 'en'], { languages: ['de', 'en'] }],
  [['--no-speakers'], { speakers: false }],
  [['-D', 'out'], { folder: 'out' }],
  [['--output-dir', 'out'], { folder: 'out' }],
  [['-o', 'out/'], { folder: 'out/' }],
  [['-o', './a//b.srt'], { output: 'a/b.srt' }],
  [['-o', '-'], { toStdout: true }],
  [['-o', '/dev/stdout'], { toStdout: true }],
  [['--name', '{id}'], { name: '{id}' }],
  [['-j', '1'], { jobs: 1 }],
  [['--retries', '0'], { retries: 0 }],
  [['--overwrite'], { ifExists: 'overwrite' }],
  [['--clobber'], { ifExists: 'overwrite' }],
  [['--skip-existing'], { ifExists: 'skip' }],
  [['--no-clobber'], { ifExists: 'skip' }],
  [['--wait-transcripts', '10m'], { waitMs: 600_000 }],
  [['--record', 'r'], { record: { file: 'r', onlyNew: false } }],
  [['--only-new'], { record: { file: null, onlyNew: true } }],
  [['-n'], { dryRun: true }],
])('%j', async (line, changed) => {
  const flags = { ...DEFAULTS, ...changed };
  expect(await parseLine(define, ['transcripts', ...line])).toEqual([flags, { retries: flags.retries }]);
});

test.each([
  [['--max-media', '5'], '--max-media needs a query'],
  [['--all', '--max-media', '0'], '--max-media: "0" is not a whole number from 1'],
  [['a', '--all'], 'media IDs and a query cannot be combined'],
  [['-t', 't1'], '-t needs -m or a query'],
  [['-', '-m', '-'], 'standard input can be read only once'],
  [['--as', 'pdf'], '--as: "pdf" is not a transcript format formats: srt, txt, json, vtt, docx'],
  [['--as', ''], '--as: "" is not a transcript format'],
  [['--format', 'vtt'], '--format: invalid value "vtt": expected table, json'],
  [['--overwrite', '--skip-existing'], '--overwrite and --skip-existing cannot be combined'],
  [['-o', 'x', '-D', 'y'], '-o and -D cannot be combined'],
  [['-o', '-', '-D', 'y'], '-o - and -D cannot be combined'],
  [['-o', '-', '--name', '{id}'], '-o - and --name cannot be combined'],
  [['-o', 'x', '--name', '{id}'], '-o and --name cannot be combined'],
  [['-o', '-', '--record', 'r'], '-o - and --record cannot be combined'],
  [['-o', '-', '--only-new'], '-o - and --only-new cannot be combined'],
  [['--record', '-'], '--record: - is not a file'],
  [['-o', '-', '-n'], '-o - and -n cannot be combined'],
  [['-o', '-', '--skip-existing'], '-o - and --skip-existing cannot be combined'],
  [['-o', '-', '--overwrite'], '-o - and --overwrite cannot be combined'],
  [['-j', '17'], '--jobs: "17" is not a whole number from 1 to 16'],
  [['--retries', '-1'], '--retries: "-1" is not a whole number'],
  [['--wait-transcripts', '5'], '--wait-transcripts: the duration 5 has no unit'],
  [['--language', ''], '--language: the value is empty'],
])('rejects %j', async (line, message) => {
  expect(await refusalOf(define, ['transcripts', ...line])).toContain(message);
});
