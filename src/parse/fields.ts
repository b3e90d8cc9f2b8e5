import { ExpectedError } from '../errors.ts';
import { ExactNumber } from './exact-number.ts';
import { isArray, isObject, type JsonObject } from './json.ts';

/*
 * Readers of response fields. The service documents few of its fields, so each reader accepts every unambiguous
 * spelling, and returns null for everything else.
 */

/** Text or a number as text; null for an empty text and all other types. */
export function readText(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

/** `true` and `false` as such, as text in any case, or as 1 and 0. */
export function readBoolean(value: unknown): boolean | null {
  const word = readText(value)?.trim().toLowerCase();
  if (value === true || word === 'true' || word === '1') return true;
  return value === false || word === 'false' || word === '0' ? false : null;
}

/** A whole number of bytes, as a number or as digits; null if it is not exact. */
export function readSizeBytes(value: unknown): number | null {
  const size = typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
  return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : null;
}

/** The word for an option, as text or as the code or name of an object. */
export function readWord(value: unknown): string | null {
  return isObject(value) ? readFirst(value, WORD_KEYS, readText) : readText(value);
}

const WORD_KEYS = ['code', 'slug', 'key', 'value', 'state', 'status', 'name', 'label'];

const CLOCK = /^(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d+)?)$/;
const ISO_DURATION = /^PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/i;

/**
 * A duration in seconds: a number, digits, `01:02:03`, or `PT1H2M3S` (ISO 8601); null if it is negative or
 * invalid.
 */
export function readSeconds(value: unknown): number | null {
  const parts =
    typeof value === 'string' ? (CLOCK.exec(value.trim()) ?? ISO_DURATION.exec(value.trim())) : null;
  if (parts !== null)
    return Number(parts[1] ?? 0) * 3600 + Number(parts[2] ?? 0) * 60 + Number(parts[3] ?? 0);
  const seconds = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

const TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:[.,]\d+)?)? ?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?(?:\[[^\]]*\])?)?$/i;
/** The date format of .NET before JSON.NET, in milliseconds. */
const DOTNET_DATE = /^\/Date\((-?\d+)(?:[+-]\d{4})?\)\/$/;
/** Keys of the time in an object: of a database, PHP, or Protocol Buffers. */
const TIME_KEYS = ['$date', 'date', 'at', 'value', 'seconds', 'epochSecond'];
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
/** Numbers from here on are milliseconds since 1970, smaller ones seconds (both: from 1973 to 5138). */
const FIRST_MILLISECONDS = 100_000_000_000;
const FIRST_SECONDS = 100_000_000;

/**
 * A time as UTC ISO 8601: from ISO 8601 with `T` or a space, an HTTP date (RFC 9110 5.6.7), a number since 1970, the
 * parts of a date (Java), or an object with one of these. Without a zone it is UTC.
 */
export function readTime(value: unknown): string | null {
  if (isObject(value)) {
    return readFirst(value, TIME_KEYS, (time) => (isObject(time) ? null : readTime(time)));
  }
  if (isArray(value)) return readTimeParts(value);
  if (typeof value === 'number' || (typeof value === 'string' && /^\d{9,14}$/.test(value))) {
    const number = Number(value);
    if (number < FIRST_SECONDS) return null;
    return isoOrNull(number >= FIRST_MILLISECONDS ? number : number * 1000);
  }
  const dotnet = typeof value === 'string' ? DOTNET_DATE.exec(value) : null;
  if (dotnet !== null) return isoOrNull(Number(dotnet[1]));
  if (typeof value === 'string' && HTTP_DATE.test(value)) return isoOrNull(Date.parse(value));
  const match = typeof value === 'string' ? TIME.exec(value.trim()) : null;
  if (match === null) return null;
  const [, date = '', time = '00:00', seconds = ':00', zone = 'Z'] = match;
  return isoOrNull(Date.parse(`${date}T${time}${seconds.replace(',', '.')}${isoZone(zone)}`));
}

/** Year, month, day, hour, minute, second, nanosecond; only the date is required. */
function readTimeParts(parts: readonly unknown[]): string | null {
  const numbers = parts.flatMap((part) =>
    typeof part === 'number' && Number.isSafeInteger(part) ? [part] : [],
  );
  if (numbers.length < parts.length || parts.length < 3 || parts.length > 7) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, nanosecond = 0] = numbers;
  const date = [inDigits(year, 4), inDigits(month, 2), inDigits(day, 2)].join('-');
  const time = [inDigits(hour, 2), inDigits(minute, 2), inDigits(second, 2)].join(':');
  return isoOrNull(Date.parse(`${date}T${time}.${inDigits(nanosecond, 9)}Z`));
}

function inDigits(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}

function isoZone(zone: string): string {
  const offset = /^([+-]\d{2}):?(\d{2})?$/.exec(zone);
  return offset === null ? 'Z' : `${offset[1] ?? ''}:${offset[2] ?? '00'}`;
}

function isoOrNull(timeMs: number): string | null {
  const time = new Date(timeMs);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

const TEXT_KEYS = ['name', 'title'];

/** A list of texts: an array of texts or of objects with a name, or comma-separated text. */
export function readTexts(value: unknown): readonly string[] | null {
  if (typeof value === 'string') return value.split(',').flatMap((part) => readText(part.trim()) ?? []);
  if (!Array.isArray(value)) return null;
  return value.flatMap(
    (item: unknown) => (isObject(item) ? readFirst(item, TEXT_KEYS, readText) : readText(item)) ?? [],
  );
}

/**
 * An ID, which is opaque text. Numbers are accepted only if they are exact: 2^53 + 1 as a double would become
 * another ID.
 */
export function readId(value: unknown): string | null {
  if (typeof value === 'string' && value !== '') return value;
  if (value instanceof ExactNumber) return /^\d+$/.test(value.digits) ? value.digits : null;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}

/** @throws ExpectedError BAD_RESPONSE if the value is not an ID */
export function requireId(value: unknown, what: string): string {
  const id = readId(value);
  if (id !== null) return id;
  throw new ExpectedError('BAD_RESPONSE', `the response contains a ${what} without a valid ID`);
}

/** The value of the first key that `read` accepts: spelled exactly, otherwise in any case and with any separators. */
export function readFirst<Value>(
  object: JsonObject,
  keys: readonly string[],
  read: (value: unknown) => Value | null,
): Value | null {
  for (const key of keys) {
    const value = Object.hasOwn(object, key) ? read(object[key]) : null;
    if (value !== null) return value;
  }
  const plainKeys = keys.map(plainKey);
  const others: { key: string; rank: number }[] = [];
  for (const key of Object.keys(object)) {
    const rank = plainKeys.indexOf(plainKey(key));
    if (rank >= 0) others.push({ key, rank });
  }
  for (const { key } of others.toSorted((one, other) => one.rank - other.rank)) {
    const value = read(object[key]);
    if (value !== null) return value;
  }
  return null;
}

/** The items of a list have the same keys; more than these occur only if keys are data. */
const MOST_KNOWN_KEYS = 1_000;
const knownKeys = new Map<string, string>();

/** `createdAt`, `CreatedAt`, `created_at` and `created-at` are one key. */
function plainKey(key: string): string {
  const known = knownKeys.get(key);
  if (known !== undefined) return known;
  const plain = key.replaceAll(/[_-]/g, '').toLowerCase();
  if (knownKeys.size < MOST_KNOWN_KEYS) knownKeys.set(key, plain);
  return plain;
}

export const CREATED_KEYS = [
  'created',
  'createdAt',
  'creationDate',
  'createdOn',
  'created_at',
  'dateCreated',
];
export const EXPIRES_KEYS = ['expires', 'expiresAt', 'expirationDate', 'expiresOn', 'expires_at', 'expiry'];
