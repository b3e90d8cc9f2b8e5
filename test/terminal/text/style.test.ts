import { describe, expect, test } from 'vitest';
import { chooseGlyphs } from '../../../src/terminal/text/glyphs.ts';
import { createSecretFilter } from '../../../src/terminal/text/redact.ts';
import { shortenMessage } from '../../../src/terminal/text/shorten-message.ts';
import { type ColorMode, createStyle, wantsColor } from '../../../src/terminal/text/style.ts';
import { wrapText, wrapWords } from '../../../src/terminal/text/wrap-text.ts';
import { captureStream } from '../../support/process/streams.ts';

test.each<[ColorMode, boolean, Record<string, string>, boolean]>([
  ['always', false, { NO_COLOR: '1', TERM: 'dumb' }, true],
  ['never', true, { FORCE_COLOR: '1' }, false],
  ['auto', true, {}, true],
  ['auto', false, {}, false],
  ['auto', true, { TERM: 'dumb' }, false],
  ['auto', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ['auto', true, { NO_COLOR: '' }, true],
  ['auto', false, { FORCE_COLOR: '1' }, true],
  ['auto', false, { FORCE_COLOR: '' }, false],
  ['auto', true, { FORCE_COLOR: '0' }, false],
  ['auto', true, { FORCE_COLOR: 'false' }, false],
  ['auto', false, { FORCE_COLOR: '1', TERM: 'dumb' }, true],
])('color %s on a terminal (%j) with %j: %j', (mode, isTTY, env, isWanted) => {
  expect(wantsColor(mode, captureStream({ isTTY }).stream, env)).toBe(isWanted);
});

test('a style paints each text and resets it, and leaves nothing in an empty one', () => {
  const { bold, dim, red, green, yellow, cyan } = createStyle(true);
  expect([bold, dim, red, green, yellow, cyan].map((paint) => paint('x'))).toEqual([
    '\x1b[1mx\x1b[22m',
    '\x1b[2mx\x1b[22m',
    '\x1b[31mx\x1b[39m',
    '\x1b[32mx\x1b[39m',
    '\x1b[33mx\x1b[39m',
    '\x1b[36mx\x1b[39m',
  ]);
  expect(red('')).toBe('');
  expect(createStyle(false).red('x')).toBe('x');
});

describe('shortenMessage', () => {
  test('keeps 500 characters', () => {
    expect(shortenMessage('x'.repeat(500))).toBe('x'.repeat(500));
  });

  test('cuts the middle out of longer ones', () => {
    const long = `${'a'.repeat(399)}${'b'.repeat(2)}${'c'.repeat(100)}`;
    expect(shortenMessage(long)).toBe(`${'a'.repeat(399)}…${'c'.repeat(100)}`);
  });

  test('splits no character', () => {
    const pair = '😀';
    expect(shortenMessage(`${'a'.repeat(398)}${pair}${'b'.repeat(200)}`)).toBe(
      `${'a'.repeat(398)}…${'b'.repeat(100)}`,
    );
    expect(shortenMessage(`${'a'.repeat(500)}${pair}${'b'.repeat(99)}`)).toBe(
      `${'a'.repeat(399)}…${'b'.repeat(99)}`,
    );
  });
});

test.each<[string, number, readonly string[]]>([
  ['', 5, ['']],
  ['one two', 7, ['one two']],
  ['one two', 6, ['one', 'two']],
  ['one two three', 8, ['one two', 'three']],
  ['abcdefgh', 4, ['abcd', 'efgh']],
  ['abcdefghi', 4, ['abcd', 'efgh', 'i']],
  ['a bcdefg', 3, ['a', 'bcd', 'efg']],
  ['日本語', 4, ['日本', '語']],
  ['日本', 1, ['日', '本']],
])('%j in %i cells: %j', (text, width, lines) => {
  expect(wrapText(text, width)).toEqual(lines);
});

test('phrases stay together, and their separator is between those on one line', () => {
  expect(wrapWords(['one two', 'three', 'four'], ' · ', 15)).toEqual(['one two · three', 'four']);
  expect(wrapWords([], ' · ', 15)).toEqual([]);
});

test.each<[Record<string, string>, NodeJS.Platform, string]>([
  [{ LANG: 'C.UTF-8' }, 'linux', '…'],
  [{ LANG: 'en_US.utf8' }, 'linux', '…'],
  [{ LANG: 'C' }, 'linux', '...'],
  [{}, 'linux', '...'],
  [{}, 'darwin', '…'],
  [{ LANG: 'C' }, 'darwin', '...'],
  [{}, 'win32', '…'],
  [{ TERM: 'dumb' }, 'win32', '...'],
  [{ TERM: 'dumb', LANG: 'C.UTF-8' }, 'linux', '...'],
  [{ LC_ALL: 'C', LANG: 'C.UTF-8' }, 'linux', '...'],
  [{ LC_ALL: '', LC_CTYPE: 'C.UTF-8', LANG: 'C' }, 'linux', '…'],
  [{ LC_CTYPE: 'C', LANG: 'C.UTF-8' }, 'linux', '...'],
])('with %j on %s, what is left out is %s', (env, platform, ellipsis) => {
  expect(chooseGlyphs(env, platform).ellipsis).toBe(ellipsis);
});

describe('a secret', () => {
  test('is masked in each of its spellings', () => {
    const filter = createSecretFilter();
    const secret = 'word/"with signs+';
    filter.note(` ${secret}\n`);
    for (const spelling of [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
    ])
      expect(filter.redact(`a ${spelling} b ${spelling}`)).toBe('a *** b ***');
  });

  test('has eight letters or more', () => {
    const filter = createSecretFilter();
    filter.note('1234567');
    filter.note('abcdefgh');
    filter.note('abcdefgh');
    expect(filter.redact('1234567 abcdefgh')).toBe('1234567 ***');
  });
});
