import { describe, expect, test } from 'vitest';
import { createSecretFilter } from '../../../src/terminal/text/redact.ts';
import { shortenMessage } from '../../../src/terminal/text/shorten-message.ts';
import { createStyle } from '../../../src/terminal/text/style.ts';
import { wrapText, wrapWords } from '../../../src/terminal/text/wrap-text.ts';

test('a style paints and resets text, and leaves empty text empty', () => {
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

  test('cuts the middle of longer messages', () => {
    const long = `${'a'.repeat(399)}${'b'.repeat(2)}${'c'.repeat(100)}`;
    expect(shortenMessage(long)).toBe(`${'a'.repeat(399)}…${'c'.repeat(100)}`);
  });

  test('does not split characters', () => {
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
])('wraps %j to %i cells: %j', (text, width, lines) => {
  expect(wrapText(text, width)).toEqual(lines);
});

test('keeps phrases together and separates those on one line', () => {
  expect(wrapWords(['one two', 'three', 'four'], ' · ', 15)).toEqual(['one two · three', 'four']);
  expect(wrapWords([], ' · ', 15)).toEqual([]);
});

describe('createSecretFilter', () => {
  test('masks every encoding of a secret', () => {
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

  test('ignores secrets with fewer than eight characters', () => {
    const filter = createSecretFilter();
    filter.note('1234567');
    filter.note('abcdefgh');
    filter.note('abcdefgh');
    expect(filter.redact('1234567 abcdefgh')).toBe('1234567 ***');
  });
});
