import path from 'node:path';
import { isSystemError } from '../disk/disk-error.ts';
import { NotOurFileError, readSmallFileSync } from '../disk/read-small-file.ts';
import { isObject } from '../values/json.ts';

const LIMIT_BYTES = 1_048_576;

/** The names of the profiles in the config file, for completion: none when it cannot be read. */
export function readProfileNames(folder: string | null): readonly string[] {
  if (folder === null) return [];
  try {
    const values: unknown = JSON.parse(
      readSmallFileSync(path.join(folder, 'config.json'), LIMIT_BYTES).toString('utf8'),
    );
    return isObject(values) && isObject(values.profiles) ? Object.keys(values.profiles) : [];
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof NotOurFileError || isSystemError(error)) return [];
    throw error;
  }
}
