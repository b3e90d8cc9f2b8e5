import { expect, test } from 'vitest';
import { fitColumns } from '../../../src/terminal/listing/column-widths.ts';

const fixed = {};
const shrinks = { shrinks: true };
const optional = { isOptional: true };

/** The index and width of each visible column. */
function fit(columns: Parameters<typeof fitColumns>[0], widths: readonly number[], width: number) {
  return fitColumns(columns, widths, width)?.map((one) => [one.index, one.width]);
}

test('keeps columns that fit exactly', () => {
  expect(fit([shrinks, fixed], [30, 8], 40)).toEqual([
    [0, 30],
    [1, 8],
  ]);
});

test('shrinks the widest column first, then all evenly, starting with the first', () => {
  expect(fit([shrinks, shrinks], [20, 30], 42)).toEqual([
    [0, 20],
    [1, 20],
  ]);
  expect(fit([shrinks, shrinks], [20, 30], 39)).toEqual([
    [0, 18],
    [1, 19],
  ]);
});

test('keeps the width of a fixed column, however wide', () => {
  expect(fit([fixed, shrinks], [30, 20], 44)).toEqual([
    [0, 30],
    [1, 12],
  ]);
});

test('shrinks a column to ten cells, but no further', () => {
  expect(fit([shrinks, fixed], [30, 8], 20)).toEqual([
    [0, 10],
    [1, 8],
  ]);
  expect(fit([shrinks, fixed], [30, 8], 19)).toBeUndefined();
});

test('drops optional columns, last one first, before another gets fewer than 24 cells', () => {
  const columns = [shrinks, optional, optional];
  expect(fit(columns, [40, 5, 5], 38)).toEqual([
    [0, 24],
    [1, 5],
    [2, 5],
  ]);
  expect(fit(columns, [40, 5, 5], 37)).toEqual([
    [0, 30],
    [1, 5],
  ]);
  expect(fit(columns, [40, 5, 5], 30)).toEqual([[0, 30]]);
});

test('cuts a text wider than the line', () => {
  expect(fit([shrinks], [1_000_000], 80)).toEqual([[0, 80]]);
});
