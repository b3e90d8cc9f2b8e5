import { expect, test } from 'vitest';
import { defineFetch } from '../../src/commands/fetch.ts';
import { parseNameEncoding } from '../../src/flags/name-encoding.ts';
import { parseLine, refusalOf } from '../commands/parse-line.ts';

test.each([
  ['cp437', 'cp437'],
  ['IBM437', 'cp437'],
  [' Windows-1252 ', 'windows-1252'],
  ['cp932', 'shift_jis'],
  ['cp936', 'gbk'],
  ['cp949', 'euc-kr'],
  ['cp950', 'big5'],
  ['Shift_JIS', 'shift_jis'],
  ['latin2', 'iso-8859-2'],
])('%j is %s', (text, name) => {
  expect(parseNameEncoding(text)).toBe(name);
});

test.each(['klingon', '', 'utf-16le', 'iso-2022-jp'])('rejects the encoding %j', (text) => {
  expect(() => parseNameEncoding(text)).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      message: `unsupported encoding ${JSON.stringify(text)}`,
      details: {
        hint: 'use an encoding such as cp437, windows-1252, ibm866, windows-1251, shift_jis, euc-jp, gbk, big5, or euc-kr',
      },
    }),
  );
});

test('supports two encodings in a Node.js build without full ICU', () => {
  const none = (): never => {
    throw new RangeError('x');
  };
  expect(parseNameEncoding('cp437', none)).toBe('cp437');
  expect(() => parseNameEncoding('gbk', none)).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      details: { hint: 'this Node.js build lacks full ICU; use cp437 or windows-1252' },
    }),
  );
});

test('--encoding is parsed before the command runs', async () => {
  expect(await parseLine(defineFetch, ['fetch', 'id', '-x', '--encoding', 'CP932'])).toMatchObject([
    { fetch: { encoding: 'shift_jis' } },
    {},
  ]);
  expect(await refusalOf(defineFetch, ['fetch', 'id', '-x', '--encoding', 'klingon'])).toContain(
    '--encoding: unsupported encoding "klingon"',
  );
  expect(await refusalOf(defineFetch, ['fetch', 'id', '--encoding', 'cp437'])).toContain(
    '--encoding needs -x',
  );
});
