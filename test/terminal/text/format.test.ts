import { describe, expect, test } from 'vitest';
import { formatSize } from '../../../src/parse/size.ts';
import {
  formatCountdown,
  formatDuration,
  formatPercent,
  formatRate,
  formatRelativeTime,
  formatSizeInColumn,
  formatSizeOf,
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
  ])('%d bytes are %s, in a column %s', (sizeBytes, text, inColumn) => {
    expect(formatSize(sizeBytes)).toBe(text);
    expect(formatSizeInColumn(sizeBytes)).toBe(inColumn);
  });

  test('an amount and its total share their unit where they can', () => {
    expect(formatSizeOf(1.25 * GIB, 3.4 * GIB)).toBe('1.2/3.4 GiB');
    expect(formatSizeOf(512, 3.4 * GIB)).toBe('512 B/3.4 GiB');
  });

  test('a rate has a decimal only where it matters', () => {
    expect([85.7 * KIB * KIB, 8.57 * KIB * KIB, 0].map(formatRate)).toEqual([
      '85 MiB/s',
      '8.5 MiB/s',
      '0 B/s',
    ]);
  });

  test('a share is never rounded up to all of it', () => {
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
  ])('%d ms are %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });

  test('what is left counts down like a clock', () => {
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
  ])('%d ms from now is %s', (distanceMs, text) => {
    const nowMs = Date.UTC(2026, 0, 15);
    expect(formatRelativeTime(nowMs + distanceMs, nowMs)).toBe(text);
  });
});
