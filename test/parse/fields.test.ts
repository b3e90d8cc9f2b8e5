import { describe, expect, test } from 'vitest';
import {
  readBoolean,
  readFirst,
  readId,
  readSeconds,
  readSizeBytes,
  readText,
  readTexts,
  readTime,
  requireId,
} from '../../src/parse/fields.ts';

/** Values that every reader must ignore without an error. */
const NOTHING: readonly unknown[] = [null, undefined, {}, { toString: 1 }, { toString: null }, Number.NaN];

describe('readers of response fields', () => {
  test.each<[unknown, unknown]>([
    ['text', 'text'],
    [' ', ' '],
    ['', null],
    [7, '7'],
    [0, '0'],
    [1.5, '1.5'],
    [true, null],
    [['a'], null],
    ...NOTHING.map((value): [unknown, null] => [value, null]),
  ])('readText(%j) is %j', (value, wanted) => {
    expect(readText(value)).toBe(wanted);
  });

  test.each<[unknown, unknown]>([
    [true, true],
    ['true', true],
    ['TRUE', true],
    [' True ', true],
    [1, true],
    ['1', true],
    [false, false],
    ['False', false],
    [0, false],
    ['0', false],
    ['yes', null],
    [2, null],
    ...NOTHING.map((value): [unknown, null] => [value, null]),
  ])('readBoolean(%j) is %j', (value, wanted) => {
    expect(readBoolean(value)).toBe(wanted);
  });

  test.each<[unknown, unknown]>([
    [0, 0],
    [9_007_199_254_740_991, 9_007_199_254_740_991],
    ['12', 12],
    [' 12 ', 12],
    ['0', 0],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740993', null],
    [2 ** 53, null],
    [-1, null],
    [1.5, null],
    ['1.5', null],
    ['12 MiB', null],
    ['0x10', null],
    ['', null],
    ...NOTHING.map((value): [unknown, null] => [value, null]),
  ])('readSizeBytes(%j) is %j', (value, wanted) => {
    expect(readSizeBytes(value)).toBe(wanted);
  });

  test.each<[unknown, unknown]>([
    [57_600, 57_600],
    ['57600', 57_600],
    ['1.5', 1.5],
    [' 3 ', 3],
    [0, 0],
    ['0', 0],
    [-1, null],
    ['16h', null],
    [Number.POSITIVE_INFINITY, null],
    ...NOTHING.map((value): [unknown, null] => [value, null]),
  ])('readSeconds(%j) is %j', (value, wanted) => {
    expect(readSeconds(value)).toBe(wanted);
  });

  test.each<[unknown, unknown]>([
    ['2026-01-15T12:00:00Z', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15T12:00:00', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15 12:00:00', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15 12:00', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15 14:00:00+02:00', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15 14:00:00 +0200', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15 14:00:00+02', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15 12:00:00 UTC', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15t12:00:00z', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15T12:00:00.1234567', '2026-01-15T12:00:00.123Z'],
    ['2026-01-15T12:00:00,5Z', '2026-01-15T12:00:00.500Z'],
    ['2026-01-15T14:00:00+02:00', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15', '2026-01-15T00:00:00.000Z'],
    [1_768_478_400, '2026-01-15T12:00:00.000Z'],
    [1_768_478_400_000, '2026-01-15T12:00:00.000Z'],
    ['1768478400', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15T14:00:00+02:00[Europe/Vienna]', '2026-01-15T12:00:00.000Z'],
    ['/Date(1768478400000)/', '2026-01-15T12:00:00.000Z'],
    ['/Date(1768478400000+0200)/', '2026-01-15T12:00:00.000Z'],
    [{ $date: '2026-01-15T12:00:00Z' }, '2026-01-15T12:00:00.000Z'],
    [{ date: '2026-01-15 12:00:00.000000', timezone: 'UTC' }, '2026-01-15T12:00:00.000Z'],
    [{ seconds: 1_768_478_400, nanos: 0 }, '2026-01-15T12:00:00.000Z'],
    [{ at: '2026-01-15T12:00:00Z', by: { id: 'u' } }, '2026-01-15T12:00:00.000Z'],
    [{ date: { date: '2026-01-15' } }, null],
    [[2026, 1, 15, 12, 0], '2026-01-15T12:00:00.000Z'],
    [[2026, 1, 15, 12, 0, 1, 500_000_000], '2026-01-15T12:00:01.500Z'],
    [[2026, 1, 15], '2026-01-15T00:00:00.000Z'],
    [[2026, 13, 15], null],
    [[2026, 1], null],
    [[2026, 1, '15'], null],
    ['15.01.2026', null],
    ['2026-13-45', null],
    ['soon', null],
    [7, null],
    [1e300, null],
    ...NOTHING.map((value): [unknown, null] => [value, null]),
  ])('readTime(%j) is %j', (value, wanted) => {
    expect(readTime(value)).toBe(wanted);
  });

  test.each<[unknown, unknown]>([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [
      ['a', null, {}, 7],
      ['a', '7'],
    ],
    [
      [{ name: 'a' }, { title: 'b' }, { Name: 'c' }, { x: 'd' }],
      ['a', 'b', 'c'],
    ],
    ['a, b', ['a', 'b']],
    ['a', ['a']],
    [[], []],
    ['', []],
    [7, null],
    [null, null],
    [{ toString: 1 }, null],
  ])('readTexts(%j) is %j', (value, wanted) => {
    expect(readTexts(value)).toEqual(wanted);
  });

  test.each<[unknown, unknown]>([
    ['abc', 'abc'],
    [' ', ' '],
    [7, '7'],
    [0, '0'],
    [-3, '-3'],
    ['9007199254740993', '9007199254740993'],
  ])('requireId(%j) is %j', (value, id) => {
    expect(requireId(value, 'it')).toBe(id);
  });

  test.each(['', 1.5, 2 ** 53, true, ['a'], ...NOTHING])('%j is not an ID', (value) => {
    expect(readId(value)).toBeNull();
    expect(() => requireId(value, 'package')).toThrow('the response contains a package without a valid ID');
  });

  test('readFirst returns the first readable value', () => {
    const keys = ['created', 'createdAt', 'toString'];
    expect(readFirst({ createdAt: '2026-01-15' }, keys, readTime)).toBe('2026-01-15T00:00:00.000Z');
    expect(readFirst({ created: 'soon', createdAt: '2026-01-15' }, keys, readTime)).not.toBeNull();
    expect(readFirst({}, keys, readText)).toBeNull();
  });
});
