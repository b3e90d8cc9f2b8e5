import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { defineFetch, type FetchOptions } from '../../../src/commands/fetch.ts';
import type { FetchFlags } from '../../../src/flags/fetch-flags.ts';
import { DEFAULT_FETCH, DEFAULT_WAIT } from '../default-flags.ts';
import { parseLine, refusalOf } from '../parse-line.ts';

const define = (parent: Command, keep: (...parsed: readonly unknown[]) => Promise<void>) =>
  defineFetch(parent, keep);

const DEFAULTS: FetchOptions = {
  ids: ['id'],
  wait: DEFAULT_WAIT,
  fetch: DEFAULT_FETCH,
  dryRun: false,
};
const DIGEST = '0123456789abcdef'.repeat(4);

const FETCH_FLAGS: readonly (readonly [flags: readonly string[], changed: Partial<FetchFlags>])[] = [
  [['-o', 'out.zip'], { output: 'out.zip' }],
  [['--output', 'a//b/../out.zip'], { output: 'a/out.zip' }],
  [['-o', '-'], { toStdout: true }],
  [['-o', 'out/'], { folder: 'out/' }],
  [['-D', 'out'], { folder: 'out' }],
  [['--dir', 'out'], { folder: 'out' }],
  [['--output-dir', 'out'], { folder: 'out' }],
  [['-x'], { extract: true }],
  [['--extract'], { extract: true }],
  [['-xD', 'out'], { extract: true, folder: 'out' }],
  [['-xDout'], { extract: true, folder: 'out' }],
  [['-x', '--keep-archive'], { extract: true, keepArchive: true }],
  [['--include', '*.srt'], { extract: true, selection: { include: ['*.srt'], exclude: [] } }],
  [
    ['--include', '*.srt', '--include=*.txt', '--exclude', '/x/'],
    { extract: true, selection: { include: ['*.srt', '*.txt'], exclude: ['/x/'] } },
  ],
  [['--exclude', '*.mp4'], { extract: true, selection: { include: [], exclude: ['*.mp4'] } }],
  [['--pattern', '*.srt'], { extract: true, selection: { include: ['*.srt'], exclude: [] } }],
  [
    ['--include', 'x', '--keep-archive'],
    { extract: true, keepArchive: true, selection: { include: ['x'], exclude: [] } },
  ],
  [['-x', '--skip-unsafe'], { extract: true, skipUnsafe: true }],
  [['--overwrite'], { ifExists: 'overwrite' }],
  [['--clobber'], { ifExists: 'overwrite' }],
  [['--skip-existing'], { ifExists: 'skip' }],
  [['--no-clobber'], { ifExists: 'skip' }],
  [['--no-resume'], { resume: false }],
  [['--connections', '1'], { connections: 1 }],
  [['--connections', '16'], { connections: 16 }],
  [['-j', '1'], { jobs: 1 }],
  [['-j16'], { jobs: 16 }],
  [['--jobs', '5'], { jobs: 5 }],
  [['--limit-rate', '500K'], { limitRateBytesPerSecond: 512_000 }],
  [['--limit-rate', '1'], { limitRateBytesPerSecond: 1 }],
  [['--retries', '0'], { retries: 0 }],
  [['--retries', '12'], { retries: 12 }],
  [['--checksum', `sha256=${DIGEST}`], { checksum: DIGEST }],
  [['--checksum', `SHA256:${DIGEST.toUpperCase()}`], { checksum: DIGEST }],
  [['--sha256'], { sha256: true }],
  [['--max-size', '2GiB'], { maxSizeBytes: 2_147_483_648 }],
  [['--max-size', '500K'], { maxSizeBytes: 512_000 }],
  [['--no-space-check'], { spaceCheck: false }],
  [['--rm'], { removeAfterwards: true }],
];

test.each(FETCH_FLAGS)('fetch %j, before and after the ID', async (flags, changed) => {
  const fetch = { ...DEFAULT_FETCH, ...changed };
  const wanted = [{ ...DEFAULTS, fetch }, { retries: fetch.retries }];
  expect(await parseLine(define, ['fetch', 'id', ...flags])).toEqual(wanted);
  expect(await parseLine(define, ['fetch', ...flags, 'id'])).toEqual(wanted);
});

test.each([
  [['fetch', 'id'], {}],
  [['fetch'], { ids: [] }],
  [['fetch', 'a', 'b', '-'], { ids: ['a', 'b', '-'] }],
  [['fetch', '--', '-odd'], { ids: ['-odd'] }],
  [['fetch', 'id', '--timeout', '0'], { wait: { timeoutMs: 0, intervalMs: null } }],
  [['fetch', 'id', '--timeout', 'P7D'], { wait: { timeoutMs: 604_800_000, intervalMs: null } }],
  [['fetch', 'id', '--interval', '1m'], { wait: { timeoutMs: 21_600_000, intervalMs: 60_000 } }],
  [['fetch', 'id', '--no-wait'], { wait: { timeoutMs: 0, intervalMs: null } }],
  [['fetch', 'id', '-n'], { dryRun: true }],
  [['fetch', 'id', '--dry-run'], { dryRun: true }],
] as readonly (readonly [readonly string[], Partial<FetchOptions>])[])('%j', async (line, changed) => {
  expect(await parseLine(define, line)).toEqual([{ ...DEFAULTS, ...changed }, { retries: 5 }]);
});

test.each([
  [['id', '-o', ''], '-o: the value is empty'],
  [['id', '-D', ''], '-D: the value is empty'],
  [['id', '--output-dir', ''], '--output-dir: the value is empty'],
  [['id', '--include', ''], '--include: the value is empty'],
  [['id', '--include', 'a[b'], '--include: the pattern "a[b" has a ['],
  [['id', '--skip-unsafe'], '--skip-unsafe needs -x'],
  [['id', '-o', '-', '--include', 'x'], '-o - and --include cannot be combined'],
  [['id', '-o', '-', '--exclude', 'x'], '-o - and --exclude cannot be combined'],
  [['id', '-o', '-', '--pattern', 'x'], '-o - and --pattern cannot be combined'],
  [['id', '-o', '-', '-x', '--include', 'x'], '-o - and -x cannot be combined'],
  [['id', '-o', 'x', '-D', 'y'], '-o and -D cannot be combined'],
  [['id', '-o', 'x/', '-D', 'y'], '-o and -D cannot be combined'],
  [['id', '-o', '-', '-D', 'y'], '-o and -D cannot be combined'],
  [['id', '-o', '-', '-x'], '-o - and -x cannot be combined'],
  [['id', '-o', '-', '--rm'], '-o - and --rm cannot be combined'],
  [['id', '--overwrite', '--skip-existing'], '--overwrite and --skip-existing cannot be combined'],
  [['id', '--clobber', '--skip-existing'], '--overwrite and --skip-existing cannot be combined'],
  [['id', '--keep-archive'], '--keep-archive needs -x'],
  [['id', '-o', '-', '-j', '2'], '-o - and --jobs cannot be combined'],
  [['id', '--connections', '0'], '--connections: "0" is not a whole number from 1 to 16'],
  [['id', '--connections', '17'], '--connections: "17" is not a whole number from 1 to 16'],
  [['id', '-j', '0'], '--jobs: "0" is not a whole number from 1 to 16'],
  [['id', '--jobs', 'all'], '--jobs: "all" is not a whole number from 1 to 16'],
  [['id', '--limit-rate', '0'], '--limit-rate: the rate must be more than 0'],
  [['id', '--limit-rate', '0.1'], '--limit-rate: the rate must be more than 0'],
  [['id', '--limit-rate', 'fast'], '--limit-rate: "fast" is not a size'],
  [['id', '--retries', '-1'], '--retries: "-1" is not a whole number'],
  [['id', '--retries', '1.5'], '--retries: "1.5" is not a whole number'],
  [['id', '--checksum', 'md5=x'], 'sha256=HEX, with 64 hexadecimal digits'],
  [['id', '--checksum', DIGEST], 'sha256=HEX, with 64 hexadecimal digits'],
  [['id', '--max-size', '2X'], '--max-size: "2X" is not a size'],
  [['id', '--timeout', '300'], 'use 300s for seconds, or 300m for minutes'],
  [['id', '--timeout', '-1'], 'has no unit'],
  [['id', '--timeout', 'soon'], '"soon" is not a duration'],
  [['id', '--interval', '0'], '--interval: the interval must be longer than 0'],
  [['id', '--no-wait', '--timeout', '1m'], '--no-wait and --timeout cannot be combined'],
  [['id', '--no-such-flag'], "unknown option '--no-such-flag'"],
])('rejects fetch %j', async (flags, message) => {
  expect(await refusalOf(define, ['fetch', ...flags])).toContain(message);
});
