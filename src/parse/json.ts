import { ExpectedError } from '../errors.ts';
import { ExactNumber, parseExactly } from './exact-number.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Deeper nesting than this cannot be written out again by JSON.stringify without risking the stack. */
const MAX_DEPTH = 200;
/** A list of fifty items with all their parts has some thousands. Each costs fifty bytes and more, whatever it costs to send. */
const MAX_VALUES = 500_000;
const MAX_NUMBER_LENGTH = 1_000;

/**
 * Parses a JSON answer. Refused are invalid UTF-8, anything after the document, more values than memory
 * has room for and nesting that could not be written out again; both are found before anything is made of them. The text itself never goes into the message: it may hold secrets.
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

/** A parser may ignore the mark that some servers put before JSON (RFC 8259 8.1). */
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

/** A string that says something, or null. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A size in bytes that can be relied on, or null. */
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

/** Counts what JSON.parse() would make of the bytes, without making it. */
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
        `${what} has a number of more than ${MAX_NUMBER_LENGTH} digits`,
      );
    }
    if (values > MAX_VALUES) {
      throw new ExpectedError('BAD_RESPONSE', `${what} has more than ${MAX_VALUES} values`);
    }
  }
}

function endOfString(bytes: Uint8Array, start: number): number {
  let position = start + 1;
  while (position < bytes.length && bytes[position] !== QUOTE)
    position += bytes[position] === BACKSLASH ? 2 : 1;
  return position;
}
