import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExactly, stringifyExactly } from '../../src/parse/exact-number.ts';

const NUMBERS = [
  '9007199254740993',
  '-9007199254740993',
  '12345678901234567890123456789',
  '0.12345678901234567890123',
  '1e400',
  '-1.5E+999',
];

test.each(NUMBERS)('writes %s exactly as it was read', (digits) => {
  for (const text of [digits, `[${digits}]`, `{"a":${digits},"b":"${digits}","c":[1,${digits}]}`]) {
    expect(stringifyExactly(parseExactly(text), 0)).toBe(text);
  }
});

test.each([
  '1',
  '9007199254740991',
  '0.1',
  '1.50000000000000000000',
  '-0.0',
  '1e21',
  '5e-324',
  '"9007199254740993"',
])('parses %s like JSON.parse()', (text) => {
  expect(parseExactly(text)).toEqual(JSON.parse(text));
});

test.each([
  '{"exact":"1","n":9007199254740993}',
  '{"\\u0065xact":"1,\\"evil\\":2","n":9007199254740993}',
  '{"a":"#exact number#","n":9007199254740993}',
  '{"a":"#exact number#"}',
  '{"undefined":"1","n":9007199254740993}',
  '{"a":"undefined1undefined","n":9007199254740993}',
  '{"a":"\\\\\\"9007199254740993","n":9007199254740993}',
])('keeps the strings of %s', (text) => {
  const written: unknown = JSON.parse(stringifyExactly(parseExactly(text), 0));
  expect(written).toEqual(JSON.parse(text));
});

test('keeps the strings and digits of any document', () => {
  const number = fc
    .tuple(fc.bigInt(), fc.nat(), fc.boolean())
    .map(([whole, rest, isWhole]) => (isWhole ? `${whole}` : `${whole}.${rest}1`));
  const text = fc.array(
    fc.oneof(
      number,
      fc.json(),
      fc.string().map((value) => JSON.stringify(value)),
    ),
  );
  fc.assert(
    fc.property(text, (items) => {
      const document = `[${items.join(',')}]`;
      expect(JSON.parse(stringifyExactly(parseExactly(document), 0))).toEqual(JSON.parse(document));
    }),
  );
  fc.assert(
    fc.property(fc.bigInt({ min: 2n ** 53n }), (value) => {
      expect(stringifyExactly(parseExactly(`[${value}]`), 0)).toBe(`[${value}]`);
    }),
  );
});
