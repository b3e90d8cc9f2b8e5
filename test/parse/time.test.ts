import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { ExpectedError } from '../../src/errors.ts';
import { parseQueriedMoment, parseTime } from '../../src/parse/time.ts';

describe('parseTime', () => {
  const nowMs = Date.UTC(2026, 0, 15, 12, 0, 0, 700);

  test.each([
    ['7d', '2026-01-22T12:00:00Z'],
    ['1h30m', '2026-01-15T13:30:00Z'],
    ['P2W', '2026-01-29T12:00:00Z'],
    ['2026-12-31T23:59:59Z', '2026-12-31T23:59:59Z'],
    ['2026-12-31T23:59Z', '2026-12-31T23:59:00Z'],
    ['2026-12-31 23:59:59Z', '2026-12-31T23:59:59Z'],
    ['2026-12-31T23:59:59.9Z', '2026-12-31T23:59:59Z'],
    ['2026-12-31T23:59:59+02:00', '2026-12-31T21:59:59Z'],
    ['2026-12-31T23:59:59-0530', '2027-01-01T05:29:59Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00Z'],
  ])('%s is %s', (text, utc) => {
    expect(parseTime(text, nowMs)).toEqual({ utc, isEndOfDay: false });
  });

  test.each(['2026-01-15', '2026-03-29', '2026-10-25', '2028-02-29'])(
    '%s is the end of that day in local time',
    (text) => {
      const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
      const end = new Date(year, month - 1, day, 23, 59, 59).toISOString().replace('.000Z', 'Z');
      expect(parseTime(text, nowMs)).toEqual({ utc: end, isEndOfDay: true });
    },
  );

  test('a date-time without a zone is local time', () => {
    const utc = new Date(2026, 5, 1, 10, 30).toISOString().replace('.000Z', 'Z');
    expect(parseTime('2026-06-01T10:30', nowMs)).toEqual({ utc, isEndOfDay: false });
  });

  test.each(['0', '0s', '2026-01-14', '2026-01-15T12:00:00Z', '1970-01-01', '2025-12-31T23:59:59+00:00'])(
    'rejects %s in the past',
    (text) => {
      expect(() => parseTime(text, nowMs)).toThrow(/is in the past/);
    },
  );

  test.each(['99999999w', '9000d'.repeat(1).replace('9000', '9999999'), `${'9'.repeat(400)}d`])(
    'rejects %s too far in the future',
    (text) => {
      expect(() => parseTime(text, nowMs)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    },
  );

  test.each([
    '',
    '7',
    'tomorrow',
    '2026-02-29',
    '2026-02-30T10:00:00Z',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '26-01-01',
    '2026-1-1',
    '2026-12-31T25:00:00Z',
    '31.12.2026',
    '-7d',
  ])('rejects %j', (text) => {
    expect(() => parseTime(text, nowMs)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test('converts any future time with an offset to UTC', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date(nowMs + 1_000), max: new Date('9999-12-30'), noInvalidDate: true }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        (date, offsetMinutes) => {
          const wholeMs = Math.floor(date.getTime() / 1_000) * 1_000;
          fc.pre(wholeMs > nowMs);
          const local = new Date(wholeMs + offsetMinutes * 60_000).toISOString().slice(0, 19);
          fc.pre(/^\d{4}-/.test(local));
          const sign = offsetMinutes < 0 ? '-' : '+';
          const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
          const zone = `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
          const utc = new Date(wholeMs).toISOString().replace('.000Z', 'Z');
          expect(parseTime(`${local}${zone}`, nowMs).utc).toBe(utc);
        },
      ),
    );
  });
});

describe('parseQueriedMoment', () => {
  const NOW_MS = Date.parse('2025-03-10T12:00:00Z');
  const at = (text: string, edge: 'start' | 'end') =>
    new Date(parseQueriedMoment(text, NOW_MS, edge).timeMs).toISOString();

  test('subtracts a duration from now and accepts a time', () => {
    expect(at('7d', 'start')).toBe('2025-03-03T12:00:00.000Z');
    expect(at('0', 'end')).toBe('2025-03-10T12:00:00.000Z');
    expect(at('2025-03-01T08:00:00+02:00', 'end')).toBe('2025-03-01T06:00:00.000Z');
  });

  test.each([
    // In Vienna, March 30 has 23 hours and October 26 has 25.
    ['Europe/Vienna', '2025-03-30', '2025-03-29T23:00:00.000Z', '2025-03-30T21:59:59.999Z'],
    ['Europe/Vienna', '2025-10-26', '2025-10-25T22:00:00.000Z', '2025-10-26T22:59:59.999Z'],
    // In Cairo, April 25 starts at 1:00.
    ['Africa/Cairo', '2025-04-25', '2025-04-24T22:00:00.000Z', '2025-04-25T20:59:59.999Z'],
    ['Africa/Cairo', '2025-04-24', '2025-04-23T22:00:00.000Z', '2025-04-24T21:59:59.999Z'],
  ])('in %s, %s is the full day despite clock changes', (zone, day, start, end) => {
    vi.stubEnv('TZ', zone);
    try {
      expect([at(day, 'start'), at(day, 'end')]).toEqual([start, end]);
      expect(parseQueriedMoment(day, NOW_MS, 'end').isEdgeOfDay).toBe(true);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test.each(['2025-02-30', '', 'P1M', '2025-03'])('rejects %j', (text) => {
    expect(() => parseQueriedMoment(text, NOW_MS, 'start')).toThrow(ExpectedError);
  });
});
