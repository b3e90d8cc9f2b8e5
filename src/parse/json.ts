import { ExpectedError } from '../errors.ts';
import { ExactNumber, parseExactly } from './exact-number.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Deeper nesting could overflow the stack of JSON.stringify(). */
const MAX_DEPTH = 200;
/** A list of fifty items has a few thousand values. Each takes fifty bytes or more in memory. */
const MAX_VALUES = 500_000;
const MAX_NUMBER_LENGTH = 1_000;

/**
 * Parses a JSON response. Rejects invalid UTF-8, text after the document, too many values, and nesting that is too
 * deep; both limits are checked before parsing. The message never contains the text, which may include secrets.
 * @throws ExpectedError BAD_RESPONSE
 */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  refuseExcess(bytes, what);
  try {
    return parseExactly(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
    throw new ExpectedError('BAD_RESPONSE', `${what} is not valid JSON`);
  }
}

/** Some servers send a byte order mark before JSON, which a parser may ignore (RFC 8259 8.1). */
export function withoutByteOrderMark(body: Buffer): Buffer {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
}

export function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  );
}

export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export function objectOrNull(value: unknown): JsonObject | null {
  return isObject(value) ? value : null;
}

/** A string that is not empty, or null. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A valid size in bytes, or null. */
export function sizeOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const MINUS = 0x2d;
const LAST_DIGIT = 0x39;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** Counts the values that JSON.parse() would create. */
function refuseExcess(bytes: Uint8Array, what: string): void {
  let depth = 0;
  let values = 0;
  let numberLength = 0;
  for (let position = 0; position < bytes.length; position += 1) {
    const byte = bytes[position] ?? 0;
    numberLength = byte >= MINUS && byte <= LAST_DIGIT ? numberLength + 1 : 0;
    if (byte === QUOTE) position = endOfString(bytes, position);
    else if (byte === COMMA) values += 1;
    else if (OPENING.has(byte)) {
      values += 1;
      depth += 1;
    } else if (CLOSING.has(byte)) depth -= 1;
    if (depth > MAX_DEPTH) {
      throw new ExpectedError('BAD_RESPONSE', `${what} is nested more than ${MAX_DEPTH} levels deep`);
    }
    if (numberLength > MAX_NUMBER_LENGTH) {
      throw new ExpectedError(
        'BAD_RESPONSE',
        `${what} contains a number with more than ${MAX_NUMBER_LENGTH} digits`,
      );
    }
    if (values > MAX_VALUES) {
      throw new ExpectedError('BAD_RESPONSE', `${what} contains more than ${MAX_VALUES} values`);
    }
  }
}

function endOfString(bytes: Uint8Array, start: number): number {
  let position = start + 1;
  while (position < bytes.length && bytes[position] !== QUOTE)
    position += bytes[position] === BACKSLASH ? 2 : 1;
  return position;
}
