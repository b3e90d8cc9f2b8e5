import { ExpectedError } from '../errors.ts';
import { isObject, type JsonObject } from '../parse/json.ts';

/** A file of the store whose content cannot be used. It is never overwritten. */
export class BrokenFileError extends ExpectedError {
  override readonly name = 'BrokenFileError';

  constructor(file: string, line: number | null, problem: string) {
    const place = line === null ? file : `${file}:${line}`;
    super('CONFIG', `${place}: ${problem}`, { hint: 'mend it or move it away; it was not changed' });
  }
}

/** Says at which place of a document a value is wrong; the file and its line are added by the reader. */
export class WrongValue extends Error {
  readonly path: readonly string[];

  constructor(path: readonly string[], problem: string) {
    super(problem);
    this.path = path;
  }
}

/** The only version there is so far; a file without one counts as it. */
export const FILE_VERSION = 1;

/**
 * Parses the text of one file of the store and checks it. Neither the text nor what a parser says
 * about it goes into a message: it may hold secrets.
 * @throws BrokenFileError with the line, for text that is no JSON object, of a newer version, or refused by `parse`
 */
export async function parseJsonFile<Content>(
  file: string,
  text: string,
  parse: (document: JsonObject) => Content,
): Promise<Content> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BrokenFileError(file, await lineOfMistake(text), 'this is not valid JSON');
  }
  try {
    if (!isObject(document)) throw new WrongValue([], 'must be a JSON object');
    refuseNewer(document);
    return parse(document);
  } catch (error) {
    if (!(error instanceof WrongValue)) throw error;
    throw new BrokenFileError(file, await lineOfValue(text, error.path), error.message);
  }
}

function refuseNewer({ version = FILE_VERSION }: JsonObject): void {
  if (typeof version !== 'number') throw new WrongValue(['version'], 'version must be a number');
  if (version > FILE_VERSION) {
    throw new WrongValue(['version'], `version ${version} was written by a newer streamdiver-dl`);
  }
}

/**
 * @throws WrongValue at the first key that is not among the known ones. It is not named: in a file of
 *   secrets it may be one.
 */
export function refuseUnknownKeys(
  value: JsonObject,
  known: readonly string[],
  path: readonly string[],
): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new WrongValue([...path, unknown], `unknown key; known: ${known.join(', ')}`);
}

/** @throws WrongValue when it is no object */
export function requireObject(value: unknown, path: readonly string[]): JsonObject {
  if (isObject(value)) return value;
  throw new WrongValue(path, `${path.join('.')} must be an object`);
}

/** Undefined for one that is missing or empty. @throws WrongValue when it is no string */
export function optionalText(object: JsonObject, key: string, path: readonly string[]): string | undefined {
  const value = object[key];
  if (value !== undefined && typeof value !== 'string') {
    throw new WrongValue([...path, key], `${[...path, key].join('.')} must be a string`);
  }
  return value === '' ? undefined : value;
}

/** @throws WrongValue when it is missing, empty or no string */
export function requireText(object: JsonObject, key: string, path: readonly string[]): string {
  const text = optionalText(object, key, path);
  if (text === undefined) throw new WrongValue(path, `${[...path, key].join('.')} is missing`);
  return text;
}

/** The parser with positions is loaded only for a complaint: JSON.parse does not tell where it stopped. */
async function lineOfMistake(text: string): Promise<number | null> {
  const { parse } = await import('@humanwhocodes/momoa');
  try {
    parse(text);
  } catch (error) {
    if (error instanceof Error && 'line' in error && typeof error.line === 'number') return error.line;
  }
  return null;
}

async function lineOfValue(text: string, path: readonly string[]): Promise<number> {
  const { parse } = await import('@humanwhocodes/momoa');
  let value = parse(text).body;
  let { line } = value.loc.start;
  for (const key of path) {
    if (value.type !== 'Object') break;
    const member = value.members.findLast(
      ({ name }) => (name.type === 'String' ? name.value : name.name) === key,
    );
    if (member === undefined) break;
    ({ line } = member.loc.start);
    value = member.value;
  }
  return line;
}
