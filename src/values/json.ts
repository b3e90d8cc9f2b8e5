import { ExpectedError } from '../errors.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Deeper nesting than this cannot be written out again by JSON.stringify without risking the stack. */
const MAX_DEPTH = 200;

/**
 * Parses a JSON answer. Refused are invalid UTF-8, anything after the document and nesting that
 * could not be written out again. The text itself never goes into the message: it may hold secrets.
 * @throws ExpectedError BAD_RESPONSE
 */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
    throw new ExpectedError('BAD_RESPONSE', `${what} is not valid JSON`);
  }
  if (isDeeperThan(value, MAX_DEPTH)) {
    throw new ExpectedError('BAD_RESPONSE', `${what} is nested more than ${MAX_DEPTH} levels deep`);
  }
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A string that says something, or null. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A size in bytes that can be relied on, or null. */
export function sizeOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** A time as UTC ISO 8601, or null when it is not one. A time without a zone is taken as UTC. */
export function timeOrNull(value: unknown): string | null {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(value)) return null;
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/i.test(value) || !value.includes('T');
  const timeMs = Date.parse(hasZone ? value : `${value}Z`);
  return Number.isNaN(timeMs) ? null : new Date(timeMs).toISOString();
}

/**
 * Ids are opaque strings. Numbers are accepted while they are exact: 2^53 + 1 would silently become
 * the id of something else.
 * @throws ExpectedError BAD_RESPONSE
 */
export function parseId(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  throw new ExpectedError('BAD_RESPONSE', `${what} has no usable id`);
}

function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}
