import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isSystemError } from '../disk/disk-error.ts';
import { makeMissingFolders } from '../disk/make-missing-folders.ts';
import { readJsonOrNothing } from '../disk/read-json-or-nothing.ts';
import { isObject } from '../parse/json.ts';
import type { Candidate, IdKind } from './candidates.ts';

/** How long IDs are reused without another request. */
const LIFETIME_MS = 30_000;
const LIMIT_BYTES = 1_048_576;

export interface IdCache {
  /** Null if there is nothing fresh for this key. */
  read(kind: IdKind): readonly Candidate[] | null;
  write(kind: IdKind, candidates: readonly Candidate[]): void;
}

/**
 * IDs and titles of the last request, in a file that only the user can read. Entries of another key, such as another
 * profile or API, are ignored. If the cache cannot be read or written, completion only gets slower.
 */
export function createIdCache(
  folder: string | null,
  { key, nowMs }: { readonly key: string; readonly nowMs: number },
): IdCache {
  const file = folder === null ? null : path.join(folder, 'completion.json');
  return {
    read(kind) {
      const entry = file === null ? undefined : readJsonOrNothing(file, LIMIT_BYTES)[kind];
      if (!isObject(entry) || entry.key !== key || typeof entry.timeMs !== 'number') return null;
      const ageMs = nowMs - entry.timeMs;
      if (ageMs < 0 || ageMs > LIFETIME_MS || !Array.isArray(entry.candidates)) return null;
      return entry.candidates.flatMap((one: unknown) => {
        if (!isObject(one) || typeof one.value !== 'string' || typeof one.description !== 'string') return [];
        return [{ value: one.value, description: one.description }];
      });
    },
    write(kind, candidates) {
      if (folder === null || file === null) return;
      const entries = { ...readJsonOrNothing(file, LIMIT_BYTES), [kind]: { key, timeMs: nowMs, candidates } };
      try {
        makeMissingFolders(folder, 0o700);
        replace(file, JSON.stringify(entries));
      } catch (error) {
        if (!isSystemError(error)) throw error;
      }
    },
  };
}

/** A hash of everything that determines which IDs are visible. It reveals no secret. */
export function cacheKey(parts: readonly (string | undefined)[]): string {
  const text = JSON.stringify(parts.map((part) => part ?? ''));
  return createHash('sha256').update(text).digest('hex');
}

/** Replaces only a regular file. */
function replace(file: string, text: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() === false) return;
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
  try {
    renameSync(temporary, file);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
}
