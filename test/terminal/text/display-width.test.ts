import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { displayWidth, truncateMiddle, truncateToWidth } from '../../../src/terminal/text/display-width.ts';

test('measures text like string-width, with and without Unicode tables', () => {
  const other = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code)).filter(
    (character) => displayWidth(character) !== stringWidth(character),
  );
  expect(other).toEqual([]);
  expect(displayWidth('Grüße – “aus” Graz…')).toBe(stringWidth('Grüße – “aus” Graz…'));
  // Combining letters, a flag, a keycap, and wide letters need the tables.
  for (const text of ['u\u0308ber', '🇦🇹', '1\uFE0F\u20E3', '日本', 'soft\u00ADhyphen', 'a\tb', 'a\u200Db'])
    expect(displayWidth(text), text).toBe(stringWidth(text));
});

test('cuts text by cells, with and without Unicode tables', () => {
  expect(truncateToWidth('Lecture on trees', 10, '…')).toBe('Lecture o…');
  expect(truncateToWidth('日本語の字幕', 7, '…')).toBe('日本語…');
  expect(truncateToWidth('u\u0308u\u0308u\u0308u\u0308', 3, '…')).toBe('u\u0308u\u0308…');
  expect(truncateMiddle('Lecture on trees', 9, '…')).toBe('Lect…rees');
  expect(truncateMiddle('日本語の字幕', 7, '…')).toBe('日…字幕');
});

test.each([
  ['abc', 3, '…', 'abc'],
  ['abcd', 3, '…', 'ab…'],
  ['abcd', 1, '…', 'a'],
  ['abcd', 2, '…', 'a…'],
  ['abcd', 3, '...', 'abc'],
  ['abcde', 4, '...', 'a...'],
  ['ab cd', 4, '…', 'ab…'],
  ['abcd', 0, '…', ''],
])('truncates %j to %i cells with %s: %j', (text, width, ellipsis, cut) => {
  expect(truncateToWidth(text, width, ellipsis)).toBe(cut);
});

test.each([
  ['abcdef', 6, '…', 'abcdef'],
  ['abcdef', 5, '…', 'ab…ef'],
  ['abcdef', 4, '…', 'ab…f'],
  ['abcdef', 3, '…', 'a…f'],
  ['abcdef', 2, '…', 'a…'],
  ['abcdef', 5, '...', 'a...f'],
  ['abcdef', 4, '...', 'a...'],
])('truncates the middle of %j to %i cells with %s: %j', (text, width, ellipsis, cut) => {
  expect(truncateMiddle(text, width, ellipsis)).toBe(cut);
});
