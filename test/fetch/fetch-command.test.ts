import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { defineFetch, type FetchOptions } from '../../src/commands/fetch.ts';
import { contentsCommand, fetchCommand } from '../../src/fetch/fetch-command.ts';
import { parseLine } from '../commands/parse-line.ts';

const define = (parent: Command, keep: (...parsed: readonly unknown[]) => Promise<void>) =>
  defineFetch(parent, keep);

async function parse(words: readonly string[]): Promise<FetchOptions> {
  const [options] = await parseLine(define, words);
  return options as FetchOptions;
}

const DIGEST = '0123456789abcdef'.repeat(4);

test.each([
  [],
  ['-o', 'my file.zip'],
  ['-o', '-'],
  ['-D', 'out', '-x', '--keep-archive'],
  ['--overwrite'],
  ['--skip-existing'],
  ['--connections', '4'],
  ['-j', '1'],
  ['--limit-rate', '1536K'],
  ['--retries', '0'],
  ['--max-size', '2000'],
  ['--no-space-check'],
  ['--checksum', `sha256=${DIGEST}`],
  ['--sha256'],
  ['--rm'],
  ['--include', '*.srt', '--include', 'a b', '--exclude', 'x'],
  ['--exclude', 'x', '--keep-archive'],
  ['-x', '--encoding', 'shift_jis', '--skip-unsafe'],
  ['--ignore-size'],
  ['--record', 'r', '--only-new'],
  ['--connections', '16', '-j', '16', '--limit-rate', '5M', '--retries', '9', '--max-size', '2G'],
])('the command to resume equals fetch id %s %s', async (...flags) => {
  const { fetch } = await parse(['fetch', 'id', ...flags]);
  const [, ...words] = fetchCommand('id', fetch);
  expect(words).toEqual(['fetch', 'id', ...flags]);
  expect((await parse(words)).fetch).toEqual(fetch);
});

test('separates an ID that starts with a dash, and keeps the encoding for contents', async () => {
  const { fetch } = await parse(['fetch', 'id', '-x']);
  expect(fetchCommand('-id', fetch)).toEqual(['streamdiver-dl', 'fetch', '-x', '--', '-id']);
  expect(contentsCommand('id', null)).toEqual(['streamdiver-dl', 'contents', '--', 'id']);
  const words = ['streamdiver-dl', 'contents', '--encoding', 'gbk', '--', 'id'];
  expect(contentsCommand('id', 'gbk')).toEqual(words);
});

test('the command to resume omits --no-resume', async () => {
  const { fetch } = await parse(['fetch', 'id', '--no-resume']);
  expect(fetchCommand('id', fetch)).toEqual(['streamdiver-dl', 'fetch', 'id']);
});
