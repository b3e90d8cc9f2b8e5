import { ExpectedError } from '../errors.ts';
import { isObject, type JsonObject } from '../parse/json.ts';

/** A file of the store with unusable content. It is never overwritten. */
export class BrokenFileError extends ExpectedError {
  override readonly name = 'BrokenFileError';

  constructor(file: string, line: number | null, problem: string) {
    const place = line === null ? file : `${file}:${line}`;
    super('CONFIG', `${place}: ${problem}`, { hint: 'fix or remove the file' });
  }
}

/** The path of an invalid value in a document. The reader adds the file and the line. */
export class WrongValue extends Error {
  readonly path: readonly string[];

  constructor(path: readonly string[], problem: string) {
    super(problem);
    this.path = path;
  }
}

/** The current version, and the default for a file without one. */
export const FILE_VERSION = 1;

/**
 * Parses and checks the text of one file of the store. Messages contain neither the text nor the parser's error, which
 * can include secrets.
 * @throws BrokenFileError with the line, for text that is not a JSON object, has a newer version, or is refused by `parse`
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
    throw new BrokenFileError(file, await lineOfError(text), 'invalid JSON');
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

/** @throws WrongValue at the first unknown key. The message does not contain the key, which can be a secret. */
export function refuseUnknownKeys(
  value: JsonObject,
  known: readonly string[],
  path: readonly string[],
): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new WrongValue([...path, unknown], `unknown key; expected ${known.join(', ')}`);
}

/** @throws WrongValue unless it is an object */
export function requireObject(value: unknown, path: readonly string[]): JsonObject {
  if (isObject(value)) return value;
  throw new WrongValue(path, `${path.join('.')} must be an object`);
}

/** Undefined if missing or empty. @throws WrongValue unless it is a string */
export function optionalText(object: JsonObject, key: string, path: readonly string[]): string | undefined {
  const value = object[key];
  if (value !== undefined && typeof value !== 'string') {
    throw new WrongValue([...path, key], `${[...path, key].join('.')} must be a string`);
  }
  return value === '' ? undefined : value;
}

/** @throws WrongValue if it is missing, empty, or not a string */
export function requireText(object: JsonObject, key: string, path: readonly string[]): string {
  const text = optionalText(object, key, path);
  if (text === undefined) throw new WrongValue(path, `${[...path, key].join('.')} is missing`);
  return text;
}

/** Loads a parser with positions only for an error, because JSON.parse does not report them. */
async function lineOfError(text: string): Promise<number | null> {
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
