/**
 * A number in a response that a double may not represent exactly: an integer from 2^53 on, or one with more
 * digits. It is never used in calculations and is passed on digit for digit.
 */
export class ExactNumber {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }

  toString(): string {
    return this.digits;
  }

  /** The value for JSON.stringify(); stringifyExactly() replaces it with the digits. */
  toJSON(): string {
    return MARK;
  }
}

const MARK = '#exact number#';
/** Numbers with fewer digits are exact. */
const LONG_NUMBER = /[\d.]{16}|\de\+?\d{3}/i;
const STRING_OR_NUMBER = /"|-?\d[\d.eE+-]*/g;

/**
 * Parses JSON like JSON.parse(), but returns an ExactNumber for each number that would change.
 * @throws SyntaxError
 */
export function parseExactly(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!LONG_NUMBER.test(text)) return value;
  const numbers = findLongNumbers(text);
  if (numbers.length === 0) return value;
  const key = absentFrom(text);
  let marked = '';
  let position = 0;
  for (const { start, digits } of numbers) {
    marked += `${text.slice(position, start)}{"${key}":"${digits}"}`;
    position = start + digits.length;
  }
  return JSON.parse(marked + text.slice(position), (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null || !Object.hasOwn(item, key)) return item;
    const [digits] = Object.values(item) as unknown[];
    return typeof digits === 'string' && /^-?\d[\d.eE+-]*$/.test(digits) ? new ExactNumber(digits) : item;
  });
}

/** Like JSON.stringify(), with the digits of each ExactNumber. */
export function stringifyExactly(value: unknown, indent: number): string {
  const json = JSON.stringify(value, null, indent) ?? 'null';
  if (!json.includes(MARK)) return json;
  const mark = absentFrom(json);
  const marked = JSON.stringify(
    value,
    // A function, because `this` is the object before toJSON().
    function mask(this: unknown, key: string, item: unknown): unknown {
      const original: unknown = Reflect.get(Object(this), key);
      return original instanceof ExactNumber ? `${mark}${original.digits}${mark}` : item;
    },
    indent,
  );
  return marked.replaceAll(new RegExp(`"${mark}([^"]*)${mark}"`, 'g'), '$1');
}

/** The text is valid JSON. */
function findLongNumbers(text: string): { start: number; digits: string }[] {
  const found: { start: number; digits: string }[] = [];
  STRING_OR_NUMBER.lastIndex = 0;
  for (let match = STRING_OR_NUMBER.exec(text); match !== null; match = STRING_OR_NUMBER.exec(text)) {
    const [token] = match;
    if (token === '"') STRING_OR_NUMBER.lastIndex = endOfString(text, match.index);
    else if (isChanged(token)) found.push({ start: match.index, digits: token });
  }
  return found;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(text: string, position: number): boolean {
  let backslashes = 0;
  while (text[position - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

/**
 * Whether a double would change the value and not only its form (`1.0`, `1e3`), or could represent two different
 * integers.
 */
function isChanged(token: string): boolean {
  const number = Number(token);
  if (!Number.isFinite(number)) return true;
  if (/^-?\d+$/.test(token) && !Number.isSafeInteger(number)) return true;
  const digits = token
    .replace(/e.*$/i, '')
    .replace(/^-?[0.]*/, '')
    .replace('.', '');
  return digits.length >= 16 && String(number) !== token && !(token.includes('.') && isSame(token, number));
}

/** Trailing zeros after the point do not count. */
function isSame(token: string, number: number): boolean {
  return token.replace(/\.?0+$/, '') === String(number);
}

/** A word that does not occur in the text. */
function absentFrom(text: string): string {
  let word = 'exact';
  while (text.includes(word)) word += 'x';
  return word;
}
