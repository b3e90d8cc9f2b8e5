import { expect, test } from 'vitest';
import { createSentBytes } from './sent-bytes.ts';

test.each([
  ['nothing sent before', [], [10, 20], 0],
  ['the next bytes', [[0, 10]], [10, 20], 0],
  ['the same bytes', [[10, 20]], [10, 20], 10],
  ['a part of them', [[0, 100]], [30, 40], 10],
  ['more on both sides', [[10, 20]], [0, 30], 10],
  [
    'two pieces and the gap between them',
    [
      [0, 10],
      [20, 30],
    ],
    [5, 25],
    10,
  ],
  [
    'pieces that were merged',
    [
      [0, 10],
      [20, 30],
      [10, 20],
    ],
    [0, 30],
    30,
  ],
] as const)('counts repeated bytes: %s', (_name, before, [start, end], repeated) => {
  const sent = createSentBytes();
  for (const [from, to] of before) sent.add(from, to);
  expect(sent.add(start, end)).toBe(repeated);
});
