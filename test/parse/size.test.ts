import { describe, expect, test } from 'vitest';
import { formatSize, parseSize, writeSize } from '../../src/parse/size.ts';

describe('parseSize', () => {
  test.each([
    ['0', 0],
    ['1', 1],
    ['500K', 512_000],
    ['500k', 512_000],
    ['5M', 5_242_880],
    ['2G', 2_147_483_648],
    ['2GiB', 2_147_483_648],
    ['2GB', 2_147_483_648],
    ['1T', 1_099_511_627_776],
    ['1.5K', 1_536],
    ['10B', 10],
  ])('%s is %i bytes', (text, sizeBytes) => {
    expect(parseSize(text)).toBe(sizeBytes);
  });

  test.each(['', 'K', '-1', '+1', '1X', '1KK', '1e3', '0x10', '1,5K', '99999999999999999', 'all'])(
    'rejects %j',
    (text) => {
      expect(() => parseSize(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    },
  );
});

describe('writeSize', () => {
  test.each([
    [0, '0'],
    [1, '1'],
    [1_000, '1000'],
    [1_536, '1536'],
    [512_000, '500K'],
    [5_242_880, '5M'],
    [1_099_511_627_776, '1T'],
  ])('writes %i bytes as %s', (sizeBytes, text) => {
    expect(writeSize(sizeBytes)).toBe(text);
    expect(parseSize(text)).toBe(sizeBytes);
  });
});

test.each([
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_024, '1 KiB'],
  [1_075, '1 KiB'],
  [1_127, '1.1 KiB'],
  [1_048_575, '1023.9 KiB'],
  [1_048_576, '1 MiB'],
  [1024 ** 8, '1 YiB'],
  [1024 ** 9, '1024 YiB'],
])('formatSize prints %i bytes as %s', (sizeBytes, text) => {
  expect(formatSize(sizeBytes)).toBe(text);
});
