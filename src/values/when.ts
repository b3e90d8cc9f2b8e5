import { ExpectedError } from '../errors.ts';
import { parseDuration } from './duration.ts';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;

export interface Moment {
  /** UTC with `Z` and whole seconds, as the API wants it. */
  readonly utc: string;
  /** True when only a date was given and the end of that day, local time, was taken. */
  readonly isEndOfDay: boolean;
}

/**
 * Reads a moment in the future: a duration from now (`7d`), a date (its end, local time) or a date-time.
 * @throws ExpectedError USAGE when it cannot be read or lies in the past
 */
export function parseWhen(text: string, nowMs: number): Moment {
  const isDate = DATE.test(text);
  const timeMs = readMoment(text, nowMs);
  if (timeMs <= nowMs) {
    throw new ExpectedError('USAGE', `${text} is in the past`, {
      hint: 'give a moment that is still to come, such as 7d',
    });
  }
  return { utc: formatUtc(timeMs), isEndOfDay: isDate };
}

function readMoment(text: string, nowMs: number): number {
  const date = DATE.exec(text);
  if (date) {
    const [year, month, day] = [Number(date[1]), Number(date[2]), Number(date[3])];
    const end = new Date(year, month - 1, day, 23, 59, 59);
    // 2026-02-31 would silently become March.
    if (end.getMonth() !== month - 1 || end.getDate() !== day) throw notAMoment(text);
    return end.getTime();
  }
  if (DATE_TIME.test(text)) {
    const timeMs = new Date(text.replace(' ', 'T')).getTime();
    if (Number.isNaN(timeMs)) throw notAMoment(text);
    return timeMs;
  }
  try {
    return nowMs + parseDuration(text);
  } catch (error) {
    if (/^\d+$/.test(text)) throw error;
    throw notAMoment(text);
  }
}

function formatUtc(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

function notAMoment(text: string): ExpectedError {
  return new ExpectedError('USAGE', `${JSON.stringify(text)} is not a date or duration`, {
    hint: 'write it like 7d, 2026-12-31 or 2026-12-31T23:59:59Z',
  });
}
