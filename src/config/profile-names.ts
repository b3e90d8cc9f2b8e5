import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isObject } from '../values/json.ts';

/** The names of the profiles in the config file, for completion: none when it cannot be read. */
export function readProfileNames(folder: string | null): readonly string[] {
  if (folder === null) return [];
  try {
    const values: unknown = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8'));
    return isObject(values) && isObject(values.profiles) ? Object.keys(values.profiles) : [];
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return [];
    throw error;
  }
}
