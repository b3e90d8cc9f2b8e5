import { lstatSync, mkdtempSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSystemError } from '../../src/disk/disk-error.ts';
import { afterThisTest } from './after-this-test.ts';

/**
 * Creates an empty folder and returns its real path. Removed when the test ends. The test fails if a run in this
 * process has left a lock in it.
 */
export function makeTempFolder(prefix = 'streamdiver-dl-'): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
  afterThisTest(async () => {
    const locks = keptLocks(folder);
    await rm(folder, { recursive: true, force: true });
    if (locks.length > 0) throw new Error(`locks were not released: ${locks.join(', ')}`);
  });
  return folder;
}

/** No lock is this large; a test may have replaced one with a file of many gigabytes. */
const LOCK_LIMIT_BYTES = 65_536;

/** The locks below a folder that runs in this process have created and not released. */
export function keptLocks(folder: string): readonly string[] {
  return (unlessGone(() => listTree(folder)) ?? [])
    .filter(({ type, path }) => type === 'file' && path.endsWith('.lock') && isSignedHere(join(folder, path)))
    .map(({ path }) => path);
}

function isSignedHere(lock: string): boolean {
  try {
    if (statSync(lock).size > LOCK_LIMIT_BYTES) return false;
    return readFileSync(lock, 'utf8').includes(`"pid":${process.pid},`);
  } catch (error) {
    // A test has made it unreadable, or it was removed.
    if (isSystemError(error)) return false;
    throw error;
  }
}

export interface TreeEntry {
  /** Relative to the listed folder, with `/`. */
  readonly path: string;
  readonly type: 'file' | 'folder' | 'link' | 'other';
  /** Bytes of a file, otherwise 0. */
  readonly sizeBytes: number;
  /** Permission bits only, such as `0o600`. */
  readonly mode: number;
}

/** Lists everything below a folder, sorted by path; links are included and not followed. */
export function listTree(folder: string): TreeEntry[] {
  const entries: TreeEntry[] = [];
  // The folder must exist; its content may be removed during the listing.
  lstatSync(folder);
  collect(folder, '', entries);
  return entries.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

function collect(folder: string, prefix: string, entries: TreeEntry[]): void {
  for (const name of unlessGone(() => readdirSync(folder)) ?? []) {
    const stats = unlessGone(() => lstatSync(join(folder, name)));
    if (stats === null) continue;
    const path = prefix + name;
    const mode = stats.mode & 0o7777;
    if (stats.isFile()) entries.push({ path, type: 'file', sizeBytes: stats.size, mode });
    else if (stats.isDirectory()) {
      entries.push({ path, type: 'folder', sizeBytes: 0, mode });
      collect(join(folder, name), `${path}/`, entries);
    } else entries.push({ path, type: stats.isSymbolicLink() ? 'link' : 'other', sizeBytes: 0, mode });
  }
}

/** Checks a path that a running program may have removed since it was listed. */
export function unlessGone<Result>(look: () => Result): Result | null {
  try {
    return look();
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return null;
    throw error;
  }
}
