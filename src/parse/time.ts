import { ExpectedError } from '../errors.ts';
import { hasAmbiguousM, parseDuration } from './duration.ts';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** A year with five digits needs a sign in ISO 8601, which the API does not document. */
const LAST_MOMENT_MS = Date.UTC(9999, 11, 31, 23, 59, 59);

export interface ParsedTime {
  /** UTC with `Z` and whole seconds, as the API requires. */
  readonly utc: string;
  /** True for a date without a time, which means the end of that day in local time. */
  readonly isEndOfDay: boolean;
}

/** A point in time in a query. */
export interface QueriedMoment {
  readonly timeMs: number;
  /** True for a date without a time: the start or end of that day in local time. */
  readonly isEdgeOfDay: boolean;
}

/**
 * Parses a point in time for a query: a duration before now, or the start or end of a date in local time.
 * @throws ExpectedError USAGE if it is invalid
 */
export function parseQueriedMoment(text: string, nowMs: number, edge: 'start' | 'end'): QueriedMoment {
  const timeMs = readMoment(text, {
    // The next day may start at 1:00, where clocks go forward at midnight.
    ofDay: (year, month, day) =>
      edge === 'start' ? new Date(year, month, day).getTime() : new Date(year, month, day + 1).getTime() - 1,
    ofDuration: (durationMs) => nowMs - durationMs,
  });
  return { timeMs, isEdgeOfDay: DATE.test(text) };
}

/**
 * Parses a time in the future: a duration from now (`7d`), a date (its end in local time), or a date-time.
 * @throws ExpectedError USAGE if it is invalid or in the past
 */
export function parseTime(text: string, nowMs: number): ParsedTime {
  const isDate = DATE.test(text);
  const timeMs = readMoment(text, {
    ofDay: (year, month, day) => new Date(year, month, day, 23, 59, 59).getTime(),
    ofDuration: (durationMs) => nowMs + durationMs,
  });
  if (!(timeMs <= LAST_MOMENT_MS)) {
    throw new ExpectedError('USAGE', `${text} is too far in the future`, {
      hint: 'use a date before the year 10000',
    });
  }
  if (timeMs <= nowMs) {
    throw new ExpectedError('USAGE', `${text} is in the past`, {
      hint: 'use a time in the future, such as 7d',
    });
  }
  return { utc: formatUtc(timeMs), isEndOfDay: isDate };
}

interface MomentReader {
  /** The month counts from 0. */
  readonly ofDay: (year: number, month: number, day: number) => number;
  readonly ofDuration: (durationMs: number) => number;
}

function readMoment(text: string, { ofDay, ofDuration }: MomentReader): number {
  const date = DATE.exec(text);
  if (date) {
    if (!isDayOfCalendar(text)) throw invalidTime(text);
    return ofDay(Number(date[1]), Number(date[2]) - 1, Number(date[3]));
  }
  if (DATE_TIME.test(text)) {
    const timeMs = new Date(text.replace(' ', 'T')).getTime();
    if (Number.isNaN(timeMs) || !isDayOfCalendar(text.slice(0, 10))) throw invalidTime(text);
    return timeMs;
  }
  try {
    return ofDuration(parseDuration(text));
  } catch (error) {
    if (/^\d+$/.test(text) || hasAmbiguousM(text)) throw error;
    throw invalidTime(text);
  }
}

/** Date would accept 2026-02-31 as March 3. */
function isDayOfCalendar(date: string): boolean {
  const timeMs = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(timeMs) && new Date(timeMs).toISOString().startsWith(date);
}

/** ISO 8601 to the second, `2026-12-31T23:59:59Z`. */
export function formatUtc(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

function invalidTime(text: string): ExpectedError {
  return new ExpectedError('USAGE', `${JSON.stringify(text)} is not a date or duration`, {
    hint: 'use a format such as 7d, 2026-12-31, or 2026-12-31T23:59:59Z',
  });
}
