import { describe, expect, test } from 'vitest';
import { formatSize } from '../../../src/parse/size.ts';
import {
  counted,
  countMedia,
  formatCount,
  formatCountdown,
  formatDuration,
  formatElapsed,
  formatPercent,
  formatRate,
  formatRelativeTime,
  formatSizeInColumn,
  formatSizeOf,
  formatSizeOfInColumn,
} from '../../../src/terminal/text/format.ts';

const KIB = 1024;
const GIB = KIB ** 3;
const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

describe('sizes', () => {
  test.each([
    [0, '0 B', '0 B'],
    [1023, '1023 B', '1023 B'],
    [KIB, '1 KiB', '1.0 KiB'],
    [1.2 * GIB, '1.2 GiB', '1.2 GiB'],
    [KIB * KIB - 1, '1023.9 KiB', '1023.9 KiB'],
  ])('formats %d bytes as %s, and in a column as %s', (sizeBytes, text, inColumn) => {
    expect(formatSize(sizeBytes)).toBe(text);
    expect(formatSizeInColumn(sizeBytes)).toBe(inColumn);
  });

  test('formats an amount and its total with a common unit if possible', () => {
    expect(formatSizeOf(1.25 * GIB, 3.4 * GIB)).toBe('1.2/3.4 GiB');
    expect(formatSizeOf(512, 3.4 * GIB)).toBe('512 B/3.4 GiB');
  });

  test('formats a rate with a decimal only if it matters', () => {
    expect([85.7 * KIB * KIB, 8.57 * KIB * KIB, 0].map(formatRate)).toEqual([
      '85 MiB/s',
      '8.5 MiB/s',
      '0 B/s',
    ]);
  });

  test('never rounds a share up to 100 %', () => {
    expect([0, 0.459, 0.9999, 1].map(formatPercent)).toEqual(['0 %', '45 %', '99 %', '100 %']);
  });
});

describe('times', () => {
  test.each([
    [0, '0s'],
    [59_999, '59s'],
    [65_000, '1m 05s'],
    [3_600_000, '1h 00m'],
    [7_380_000, '2h 03m'],
    [6 * DAY_MS + 4 * 3_600_000, '6d 04h'],
  ])('formats %d ms as %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });

  test('formats a countdown like a clock', () => {
    expect([0, 23, 725, 3723].map(formatCountdown)).toEqual(['0:00', '0:23', '12:05', '1:02:03']);
  });

  test.each([
    [0, 'now'],
    [30 * SECOND_MS, 'in 30s'],
    [-3 * 60 * SECOND_MS, '3m ago'],
    [60 * 60 * SECOND_MS, 'in 1h'],
    [-5 * 60 * 60 * SECOND_MS, '5h ago'],
    [6 * DAY_MS, 'in 6d'],
    [-DAY_MS, '1d ago'],
    [-89 * DAY_MS, '89d ago'],
    [-90 * DAY_MS, '2mo ago'],
    [-730 * DAY_MS, '23mo ago'],
    [-3 * 366 * DAY_MS, '3y ago'],
  ])('formats %d ms from now as %s', (distanceMs, text) => {
    const nowMs = Date.UTC(2026, 0, 15);
    expect(formatRelativeTime(nowMs + distanceMs, nowMs)).toBe(text);
  });
});

test.each([
  [59_999, '59s'],
  [60_000, '1m 00s'],
  [3_599_999, '59m 59s'],
  [3_600_000, '1h 00m'],
  [DAY_MS - 1, '23h 59m'],
  [DAY_MS, '1d 00h'],
  [-1, '0s'],
])('formats a duration of %d ms as %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});

test.each([
  [0, '0.0s'],
  [449, '0.4s'],
  [9_949, '9.9s'],
  [9_999, '10.0s'],
  [10_000, '10s'],
  [65_000, '1m 05s'],
])('formats %d elapsed ms as %s', (durationMs, text) => {
  expect(formatElapsed(durationMs)).toBe(text);
});

test.each([
  [-1, '0:00'],
  [0.4, '0:00'],
  [59.5, '1:00'],
  [3_599, '59:59'],
  [3_600, '1:00:00'],
  [36_065, '10:01:05'],
])('formats a countdown of %d s as %s', (seconds, text) => {
  expect(formatCountdown(seconds)).toBe(text);
});

test.each([
  [999, 'now'],
  [-999, 'now'],
  [SECOND_MS, 'in 1s'],
  [-SECOND_MS, '1s ago'],
  [59_999, 'in 59s'],
  [60_000, 'in 1m'],
  [59.4 * 60_000, 'in 59m'],
  [59.5 * 60_000, 'in 1h'],
  [23.4 * 3_600_000, 'in 23h'],
  [23.5 * 3_600_000, 'in 1d'],
  [89 * DAY_MS, 'in 89d'],
  [90 * DAY_MS, 'in 2mo'],
  [92 * DAY_MS, 'in 3mo'],
  [730 * DAY_MS, 'in 23mo'],
  [731 * DAY_MS, 'in 2y'],
])('formats a distance of %d ms as %s', (distanceMs, text) => {
  const nowMs = Date.UTC(2026, 0, 15);
  expect(formatRelativeTime(nowMs + distanceMs, nowMs)).toBe(text);
});

test.each([
  [0, 0, '0/0 B'],
  [5, 1_000, '   5/1000 B'],
  [512, KIB, '0.5/1.0 KiB'],
  [1_020, KIB, '0.9/1.0 KiB'],
  [0.25 * GIB, 12.5 * GIB, ' 0.2/12.5 GiB'],
  [GIB, GIB, '1.0/1.0 GiB'],
])('formats %d of %d bytes in a column as %j', (bytes, totalBytes, text) => {
  expect(formatSizeOfInColumn(bytes, totalBytes)).toBe(text);
});

test.each([
  [-0.1, '0 %'],
  [0.999, '99 %'],
  [1.5, '100 %'],
])('formats a share of %d as %s', (share, text) => {
  expect(formatPercent(share)).toBe(text);
});

test('formats counts with singular or plural and commas', () => {
  expect([0, 1, 2].map((count) => counted(count, 'file'))).toEqual(['0 files', '1 file', '2 files']);
  expect(counted(2, 'entry', 'entries')).toBe('2 entries');
  expect([1, 1_000].map(countMedia)).toEqual(['1 media item', '1,000 media items']);
  expect([0, 999, 1_000, 12_345, 1_234_567].map(formatCount)).toEqual([
    '0',
    '999',
    '1,000',
    '12,345',
    '1,234,567',
  ]);
});
