import { expect, test } from 'vitest';
import { fitColumns } from '../../../src/terminal/listing/column-widths.ts';

const fixed = {};
const shrinks = { shrinks: true };
const optional = { isOptional: true };

/** Place and width of each column that is shown. */
function fit(columns: Parameters<typeof fitColumns>[0], widths: readonly number[], width: number) {
  return fitColumns(columns, widths, width)?.map((one) => [one.index, one.width]);
}

test('columns that fit exactly are left as they are', () => {
  expect(fit([shrinks, fixed], [30, 8], 40)).toEqual([
    [0, 30],
    [1, 8],
  ]);
});

test('the widest one shrinks first, then all of them evenly, the first of equals before the others', () => {
  expect(fit([shrinks, shrinks], [20, 30], 42)).toEqual([
    [0, 20],
    [1, 20],
  ]);
  expect(fit([shrinks, shrinks], [20, 30], 39)).toEqual([
    [0, 18],
    [1, 19],
  ]);
});

test('one that does not shrink keeps its width, however wide', () => {
  expect(fit([fixed, shrinks], [30, 20], 44)).toEqual([
    [0, 30],
    [1, 12],
  ]);
});

test('a column shrinks to ten cells and no further', () => {
  expect(fit([shrinks, fixed], [30, 8], 20)).toEqual([
    [0, 10],
    [1, 8],
  ]);
  expect(fit([shrinks, fixed], [30, 8], 19)).toBeUndefined();
});

test('an optional column leaves before another has less than 24 cells, the last one first', () => {
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

test('a text wider than the whole line is cut to it', () => {
  expect(fit([shrinks], [1_000_000], 80)).toEqual([[0, 80]]);
});
