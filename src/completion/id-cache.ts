import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isObject } from '../values/json.ts';
import type { Candidate, IdKind } from './candidates.ts';

/** How long ids are offered without asking the service again. */
const LIFETIME_MS = 30_000;
const LIMIT_BYTES = 1_048_576;

export interface IdCache {
  /** Null when there is nothing fresh for this key. */
  read(kind: IdKind): readonly Candidate[] | null;
  write(kind: IdKind, candidates: readonly Candidate[]): void;
}

/**
 * Ids and titles of the last look, in one file that only the user can read. What another key, such as
 * another profile or API, has left there is not used. A cache that cannot be read or kept only costs time.
 */
export function createIdCache(
  folder: string | null,
  { key, nowMs, pid }: { readonly key: string; readonly nowMs: number; readonly pid: number },
): IdCache {
  const file = folder === null ? null : path.join(folder, 'completion.json');
  return {
    read(kind) {
      const entry = file === null ? undefined : readEntries(file)[kind];
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
      const entries = { ...readEntries(file), [kind]: { key, timeMs: nowMs, candidates } };
      const temporary = `${file}.${pid}`;
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileSync(temporary, JSON.stringify(entries), { mode: 0o600, flag: 'wx' });
        renameSync(temporary, file);
      } catch (error) {
        if (!isSystemError(error)) throw error;
        // Where a file stands in the folder's place, even looking for it would fail.
        if (existsSync(temporary)) rmSync(temporary, { force: true });
      }
    },
  };
}

/** One line for all that decides which ids are seen; no secret can be read out of it. */
export function cacheKey(parts: readonly (string | undefined)[]): string {
  const text = JSON.stringify(parts.map((part) => part ?? ''));
  return createHash('sha256').update(text).digest('hex');
}

function readEntries(file: string): Readonly<Record<string, unknown>> {
  try {
    const status = statSync(file);
    if (!status.isFile() || status.size > LIMIT_BYTES) return {};
    const entries: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isObject(entries) ? entries : {};
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error)) return {};
    throw error;
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'code' in error;
}
