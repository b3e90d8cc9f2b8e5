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
  ])('%s is read', (text, value) => {
    expect(parseJson(bytes(text), 'it')).toEqual(value);
  });

  test.each(['', '{', '{}{}', "{'a':1}", '{"a":NaN}', '\ufeff{}', `${'['.repeat(300)}${']'.repeat(300)}`])(
    '%j is refused without being quoted',
    (text) => {
      expect(() => parseJson(bytes(text), 'the answer')).toThrow(
        expect.objectContaining({ code: 'BAD_RESPONSE', message: expect.stringMatching(/^the answer is /) }),
      );
    },
  );

  test('any document of reasonable depth comes back, and invalid UTF-8 never does', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value = parseJson(bytes(text), 'it');
        expect(stringifyExactly(value, 0)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
    expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]), 'it')).toThrow('is not valid JSON');
  });
});

describe('fields of answers', () => {
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

describe('what is too much', () => {
  test.each([
    ['[{},{}…]', `[${'{},'.repeat(500_001)}{}]`],
    ['numbers', `[${'1,'.repeat(600_000)}1]`],
    ['deep arrays', '['.repeat(5_000_000)],
    ['deep objects', '{"a":'.repeat(1_000_000)],
  ])('%s is refused before anything is made of it', (_name, text) => {
    expect(() => parseJson(bytes(text), 'it')).toThrow(expect.objectContaining({ code: 'BAD_RESPONSE' }));
  });

  test('brackets and commas in strings do not count', () => {
    const text = JSON.stringify([`\\"${'[{,'.repeat(1_000_000)}\\`, '"[\\', '\\\\']);
    expect(parseJson(bytes(text), 'it')).toEqual(JSON.parse(text));
  });
});

test('what stands side by side is not nested', () => {
  for (const item of ['{}', '[]', '{"a":[{}]}']) {
    expect(parseJson(bytes(`[${Array(300).fill(item).join(',')}]`), 'it')).toHaveLength(300);
  }
});

test.each([
  ['nested too deep', '['.repeat(201), 'it is nested more than 200 levels deep'],
  ['of too many digits', '1'.repeat(1_001), 'it contains a number with more than 1000 digits'],
  ['of too many values', `[${'1,'.repeat(500_000)}1]`, 'it contains more than 500000 values'],
])('JSON %s is refused', (_name, text, message) => {
  expect(() => parseJson(bytes(text), 'it')).toThrow(
    expect.objectContaining({ code: 'BAD_RESPONSE', message }),
  );
});

test('a thousand digits are read, brackets, commas, and digits within texts do not count', () => {
  const long = '1'.repeat(1_000);
  expect(String(parseJson(bytes(long), 'it'))).toBe(long);
  for (const text of ['['.repeat(300), '\\"'.repeat(300), '1'.repeat(2_000), ','.repeat(500_001)]) {
    expect(parseJson(bytes(`["${text}"]`), 'it')).toHaveLength(1);
  }
});
