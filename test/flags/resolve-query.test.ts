import { expect, test } from 'vitest';
import type { QueryFlags } from '../../src/flags/query-flags.ts';
import { resolveQuery } from '../../src/flags/resolve-query.ts';
import { DEFAULT_QUERY } from '../commands/default-flags.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 12, 0, 0);
const NONE = { ...DEFAULT_QUERY, maxMedia: 9 };

function resolve(flags: Partial<QueryFlags>) {
  const told: string[] = [];
  return { query: resolveQuery({ ...NONE, ...flags }, NOW_MS, (message) => told.push(message)), told };
}

test('keeps filters and resolves --since and --until to times', () => {
  const words = { search: 'a', type: 'video', tag: 'b', speaker: 'c', channel: 'd' };
  expect(resolve({ ...words, since: '7d', until: '1h' })).toEqual({
    query: { ...words, sinceMs: NOW_MS - 604_800_000, untilMs: NOW_MS - 3_600_000 },
    told: [],
  });
  const { maxMedia: _maxMedia, since: _since, until: _until, ...query } = NONE;
  expect(resolve({})).toEqual({ query: { ...query, sinceMs: null, untilMs: null }, told: [] });
});

test('reports the start of a day for --since and its end for --until', () => {
  const startMs = new Date(2026, 0, 2).getTime();
  const endMs = new Date(2026, 0, 3).getTime() - 1;
  expect(resolve({ since: '2026-01-02', until: '2026-01-02' })).toMatchObject({
    query: { sinceMs: startMs, untilMs: endMs },
    told: [
      `--since 2026-01-02 means ${new Date(startMs).toString()}.`,
      `--until 2026-01-02 means ${new Date(endMs).toString()}.`,
    ],
  });
});

test.each<[Partial<QueryFlags>, string, string | undefined]>([
  [
    { since: '2026-01-15T12:00:01Z' },
    '--since: 2026-01-15T12:00:01Z is in the future',
    'use a time in the past, such as 7d',
  ],
  [{ since: '1d', until: '2d' }, '--since is later than --until', undefined],
  [
    { since: 'soon' },
    '--since: "soon" is not a date or duration',
    'use a format such as 7d, 2026-12-31, or 2026-12-31T23:59:59Z',
  ],
  [
    { until: 'soon' },
    '--until: "soon" is not a date or duration',
    'use a format such as 7d, 2026-12-31, or 2026-12-31T23:59:59Z',
  ],
])('rejects %j', (flags, message, hint) => {
  expect(() => resolve(flags)).toThrow(
    expect.objectContaining({ code: 'USAGE', message, details: hint === undefined ? {} : { hint } }),
  );
});

test('accepts equal times, the current time, and --until in the future', () => {
  const now = '2026-01-15T12:00:00Z';
  expect(resolve({ since: now, until: now }).query).toMatchObject({ sinceMs: NOW_MS, untilMs: NOW_MS });
  expect(resolve({ until: '2026-02-01T00:00:00Z' }).query.untilMs).toBe(Date.UTC(2026, 1, 1));
});
