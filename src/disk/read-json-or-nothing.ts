import { isObject, type JsonObject } from '../parse/json.ts';
import { isSystemError } from './disk-error.ts';
import { NotOurFileError, readSmallFileSync } from './read-small-file.ts';

/** Reads a small JSON file of an optional cache. A file that is unreadable or not an object counts as empty. */
export function readJsonOrNothing(path: string, limitBytes: number): JsonObject {
  try {
    const value: unknown = JSON.parse(readSmallFileSync(path, limitBytes).toString('utf8'));
    return isObject(value) ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof NotOurFileError || isSystemError(error)) return {};
    throw error;
  }
}
