import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringifyExactly } from '../../src/parse/exact-number.ts';
import { parseJson, sizeOrNull, textOrNull } from '../../src/parse/json.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');

describe('parseJson', () => {
  test.each([
    ['{"a":1}', { a: 1 }],
    ['null', null],
    [' [1] \n', [1]],
    ['"ä€😀"', 'ä€😀'],
  ])('parses %s', (text, value) => {
    expect(parseJson(bytes(text), 'it')).toEqual(value);
  });

  test.each(['', '{', '{}{}', "{'a':1}", '{"a":NaN}', '\ufeff{}', `${'['.repeat(300)}${']'.repeat(300)}`])(
    'rejects %j without quoting it',
    (text) => {
      expect(() => parseJson(bytes(text), 'the answer')).toThrow(
        expect.objectContaining({ code: 'BAD_RESPONSE', message: expect.stringMatching(/^the answer is /) }),
      );
    },
  );

  test('parses any valid document and rejects invalid UTF-8', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value = parseJson(bytes(text), 'it');
        expect(stringifyExactly(value, 0)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
    expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]), 'it')).toThrow('is not valid JSON');
  });
});

describe('fields of responses', () => {
  test.each([
    ['text', 'text'],
    ['', null],
    [7, null],
    [null, null],
    [undefined, null],
    [['a'], null],
  ])('textOrNull(%j) is %j', (value, wanted) => {
    expect(textOrNull(value)).toBe(wanted);
  });

  test.each([
    [0, 0],
    [9_007_199_254_740_991, 9_007_199_254_740_991],
    [-1, null],
    [1.5, null],
    [2 ** 53, null],
    ['12', null],
    [Number.NaN, null],
    [null, null],
  ])('sizeOrNull(%j) is %j', (value, wanted) => {
    expect(sizeOrNull(value)).toBe(wanted);
  });
});

describe('limits', () => {
  test.each([
    ['[{},{}…]', `[${'{},'.repeat(500_001)}{}]`],
    ['numbers', `[${'1,'.repeat(600_000)}1]`],
    ['deep arrays', '['.repeat(5_000_000)],
    ['deep objects', '{"a":'.repeat(1_000_000)],
  ])('reject %s before parsing', (_name, text) => {
    expect(() => parseJson(bytes(text), 'it')).toThrow(expect.objectContaining({ code: 'BAD_RESPONSE' }));
  });

  test('do not count brackets and commas in strings', () => {
    const text = JSON.stringify([`\\"${'[{,'.repeat(1_000_000)}\\`, '"[\\', '\\\\']);
    expect(parseJson(bytes(text), 'it')).toEqual(JSON.parse(text));
  });
});

test('siblings do not count as nested', () => {
  for (const item of ['{}', '[]', '{"a":[{}]}']) {
    expect(parseJson(bytes(`[${Array(300).fill(item).join(',')}]`), 'it')).toHaveLength(300);
  }
});

test.each([
  ['with too many levels', '['.repeat(201), 'it is nested more than 200 levels deep'],
  ['with too many digits', '1'.repeat(1_001), 'it contains a number with more than 1000 digits'],
  ['with too many values', `[${'1,'.repeat(500_000)}1]`, 'it contains more than 500000 values'],
])('rejects JSON %s', (_name, text, message) => {
  expect(() => parseJson(bytes(text), 'it')).toThrow(
    expect.objectContaining({ code: 'BAD_RESPONSE', message }),
  );
});

test('accepts 1000 digits and ignores brackets, commas, and digits in strings', () => {
  const long = '1'.repeat(1_000);
  expect(String(parseJson(bytes(long), 'it'))).toBe(long);
  for (const text of ['['.repeat(300), '\\"'.repeat(300), '1'.repeat(2_000), ','.repeat(500_001)]) {
    expect(parseJson(bytes(`["${text}"]`), 'it')).toHaveLength(1);
  }
});
