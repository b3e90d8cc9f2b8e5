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

function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}
