import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSort } from '../../../src/commands/listing/sort.ts';
import { sortItems } from '../../../src/commands/listing/sort-items.ts';

describe('parseSort and sortItems', () => {
  test.each([
    ['name', { field: 'name', isDescending: false }],
    ['name:asc', { field: 'name', isDescending: false }],
    ['size:desc', { field: 'size', isDescending: true }],
    ['Name', { field: 'name', isDescending: false }],
    ['name:DESC', { field: 'name', isDescending: true }],
  ])('%s', (text, order) => {
    expect(parseSort(text, ['name', 'size'])).toEqual(order);
  });

  test.each(['', ':desc', 'name:', 'name:desc:asc', 'name desc', 'toString', 'constructor'])(
    'rejects %j and lists the fields',
    (text) => {
      expect(() => parseSort(text, ['name', 'size'])).toThrow(
        expect.objectContaining({ code: 'USAGE', details: { hint: expect.stringContaining('name, size') } }),
      );
    },
  );

  test('compares numbers as numbers, and sorts unknown values last in either direction', () => {
    const items = [{ size: 10 }, { size: null }, { size: 9 }, { size: 100 }];
    const sizes = (isDescending: boolean) =>
      sortItems(items, { field: 'size', isDescending }).map(({ size }) => size);
    expect(sizes(false)).toEqual([9, 10, 100, null]);
    expect(sizes(true)).toEqual([100, 10, 9, null]);
  });

  test('keeps all items, does not sort in place, and is stable', () => {
    const item = fc.record({ id: fc.nat(), name: fc.option(fc.constantFrom('a', 'b', 'c')) });
    fc.assert(
      fc.property(fc.array(item), fc.boolean(), (items, isDescending) => {
        const before = [...items];
        const sorted = sortItems(items, { field: 'name', isDescending });
        expect(items).toEqual(before);
        expect(new Set(sorted)).toEqual(new Set(items));
        for (const name of ['a', 'b', 'c', null]) {
          const same = (list: readonly { name: string | null }[]) => list.filter((one) => one.name === name);
          expect(same(sorted)).toEqual(same(items));
        }
      }),
    );
  });
});
