import path from 'node:path';
import { readJsonOrNothing } from '../disk/read-json-or-nothing.ts';
import { isObject } from '../parse/json.ts';

const LIMIT_BYTES = 1_048_576;

/** The names of the profiles in the config file, for completion. Empty if it cannot be read. */
export function readProfileNames(folder: string | null): readonly string[] {
  if (folder === null) return [];
  const { profiles } = readJsonOrNothing(path.join(folder, 'config.json'), LIMIT_BYTES);
  return isObject(profiles) ? Object.keys(profiles) : [];
}
