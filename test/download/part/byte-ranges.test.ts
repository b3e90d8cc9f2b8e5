import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createByteRanges } from '../../../src/download/part/byte-ranges.ts';

const LIMIT = 40;

test('byte ranges behave like a set of bytes and stay sorted and disjoint', () => {
  const step = fc.record({ act: fc.constantFrom('add', 'remove'), start: fc.nat(LIMIT), end: fc.nat(LIMIT) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), fc.nat(LIMIT), fc.nat(LIMIT), (steps, from, to) => {
      const ranges = createByteRanges();
      const model = new Set<number>();
      for (const { act, start, end } of steps) {
        if (act === 'add') ranges.add(start, end);
        else if (end > start) ranges.remove(start, end);
        for (let byte = start; byte < end; byte += 1) {
          if (act === 'add') model.add(byte);
          else model.delete(byte);
        }
      }
      const all = Array.from({ length: LIMIT }, (_, byte) => byte);
      const bytesOf = (list: readonly { start: number; end: number }[]) =>
        all.filter((byte) => list.some(({ start, end }) => start <= byte && byte < end));
      const list = ranges.list();
      expect(bytesOf(list)).toEqual(all.filter((byte) => model.has(byte)));
      expect(list.slice(1).every(({ start }, index) => start > (list[index]?.end ?? start))).toBe(true);
      expect(ranges.totalBytes()).toBe(model.size);
      expect(ranges.end()).toBe(Math.max(0, ...[...model].map((byte) => byte + 1)));
      expect(ranges.has(from, to)).toBe(all.slice(from, Math.max(from, to)).every((byte) => model.has(byte)));
      expect(bytesOf(ranges.missing(to))).toEqual(all.filter((byte) => byte < to && !model.has(byte)));
      const before = all.slice(0, to).toReversed();
      const gap = before.findIndex((byte) => !model.has(byte));
      expect(ranges.bytesBefore(to)).toBe(gap === -1 ? to : gap);
    }),
  );
});

test.each([
  [
    'that touch',
    [
      [0, 5],
      [5, 9],
    ],
    [[0, 9]],
  ],
  [
    'that overlap',
    [
      [0, 5],
      [3, 9],
    ],
    [[0, 9]],
  ],
  [
    'out of order',
    [
      [7, 9],
      [0, 5],
    ],
    [
      [0, 5],
      [7, 9],
    ],
  ],
  [
    'some of them empty',
    [
      [0, 0],
      [2, 5],
      [6, 6],
      [7, 9],
    ],
    [
      [2, 5],
      [7, 9],
    ],
  ],
  [
    'apart',
    [
      [0, 5],
      [6, 9],
    ],
    [
      [0, 5],
      [6, 9],
    ],
  ],
])('begin with ranges %s', (_name, initial, expected) => {
  const ranges = createByteRanges(initial.map(([start = 0, end = 0]) => ({ start, end })));
  expect(ranges.list().map(({ start, end }) => [start, end])).toEqual(expected);
});

test('does not change a list it returned earlier', () => {
  const ranges = createByteRanges([{ start: 0, end: 10 }]);
  const list = ranges.list();
  ranges.add(20, 30);
  ranges.remove(0, 5);
  expect(list).toEqual([{ start: 0, end: 10 }]);
});
