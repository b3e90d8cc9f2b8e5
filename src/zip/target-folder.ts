import { type BigIntStats, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { diskError } from '../disk-error.ts';
import { ExpectedError } from '../errors.ts';
import { errorCode } from './error-code.ts';

/**
 * The folder that an archive is unpacked into; nothing outside of it is ever touched. Its calls to the
 * system are synchronous: a trip through the thread pool takes ten times as long as each of them, and
 * there are several for every file.
 */
export interface TargetFolder {
  readonly path: string;
  /** The folder made of these parts, if it exists. */
  find(components: readonly string[]): string | null;
  /** The same; made step by step where it is missing. */
  ensure(components: readonly string[]): string;
  /** Makes sure that a folder found before is still the same one: no link has been put on the way to it. */
  confirm(folder: string): void;
}

/**
 * Opens or makes `directory`, which may be reached through links itself, as the person wished. Below
 * it links are not followed.
 * @throws ExpectedError DISK; (from the methods) EXISTS when a file is in the way, UNSAFE when a link is
 */
export function openTargetFolder(directory: string): TargetFolder {
  let root: string;
  let rootStat: BigIntStats;
  try {
    mkdirSync(directory, { recursive: true });
    root = realpathSync(directory);
    rootStat = lstatSync(root, { bigint: true });
  } catch (error) {
    throw diskError(error, directory, 'make the folder');
  }
  /** Folders found to be real ones, by path; `confirm` notices when that changes later. */
  const known = new Map<string, string>([[root, identity(rootStat)]]);

  const walk = (components: readonly string[], isMade: boolean): string | null => {
    const whole = components.length === 0 ? root : join(root, ...components);
    if (known.has(whole)) return whole;
    let path = root;
    for (const component of components) {
      path = path.endsWith(sep) ? path + component : path + sep + component;
      if (known.has(path)) continue;
      let stat = lstatOrNull(path);
      if (stat === null && isMade) {
        makeFolder(path);
        stat = lstatOrNull(path);
      }
      if (stat === null) return null;
      checkFolder(stat, path);
      known.set(path, identity(stat));
    }
    return whole;
  };

  return {
    path: root,
    find: (components) => walk(components, false),
    ensure: (components) => {
      const path = walk(components, true);
      if (path === null)
        throw new ExpectedError('DISK', `the folder of ${components.join('/')} has vanished`);
      return path;
    },
    confirm: (folder) => {
      const stat = lstatOrNull(folder);
      if (stat === null || identity(stat) !== known.get(folder)) throw linkInTheWay(folder);
    },
  };
}

/** What is at `path`, not following a link; null when nothing is. */
export function lstatOrNull(path: string): BigIntStats | null {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (error) {
    throw diskError(error, path, 'look at');
  }
}

/** Device and inode: the same for as long as it is the same folder, whatever way leads to it. */
function identity(stat: BigIntStats): string {
  return `${stat.dev}:${stat.ino}`;
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    // Someone else made it a moment before; what it is gets looked at next.
    if (errorCode(error) !== 'EEXIST') throw diskError(error, path, 'make the folder');
  }
}

function checkFolder(stat: BigIntStats, path: string): void {
  if (stat.isSymbolicLink()) throw linkInTheWay(path);
  if (!stat.isDirectory()) {
    throw new ExpectedError('EXISTS', `${path} is in the way: it is not a folder`, {
      hint: 'unpack into another folder or move it away',
    });
  }
}

function linkInTheWay(path: string): ExpectedError {
  return new ExpectedError('UNSAFE', `${path} is a link or lies behind one; nothing is written through it`, {
    hint: 'unpack into an empty folder',
  });
}
