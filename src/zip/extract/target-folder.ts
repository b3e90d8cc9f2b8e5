import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { diskError } from '../../disk/disk-error.ts';
import { makeFolders } from '../../disk/make-folder.ts';
import { ExpectedError } from '../../errors.ts';
import { type Folder, identityOf, lstatOrNull, makeFolder, openFolder, symlinkError } from './folder.ts';

/**
 * The folder that an archive is unpacked into; nothing outside of it is ever touched. Its calls to the
 * system are synchronous: a trip through the thread pool takes ten times as long as each of them, and
 * there are several for every file.
 */
export interface TargetFolder {
  /** Absolute, links resolved. */
  readonly path: string;
  readonly root: Folder;
  /** The folder made of these parts, if it exists; to be used before another one is asked for. */
  find(components: readonly string[]): Folder | null;
  /** The same; made step by step where it is missing. */
  ensure(components: readonly string[]): Folder;
  /** Makes sure that a folder that is not held is still the same one: no link has been put on the way to it. */
  confirm(folder: Folder): void;
  /** Makes sure of all folders in the end, the held ones too: what was written is found under its path. */
  confirmAll(): void;
  close(): void;
}

/** Folders held open; the one that was used longest ago is let go for the next. */
const MOST_OPEN = 64;

/**
 * Opens or makes `directory`, which may be reached through links itself, as the person wished. Below
 * it links are not followed: each folder is opened by way of the one above it.
 * @throws ExpectedError DISK; (from the methods) EXISTS when a file is in the way, UNSAFE when a link is
 */
export function openTargetFolder(directory: string): TargetFolder {
  const root = openRoot(directory);
  const path = root.shownPath;
  /** By their paths below the target. */
  const open = new Map<string, Folder>();
  /** Every folder that was seen, by path: another one in its place was put there by somebody else. */
  const known = new Map<string, string>();

  const hold = (below: string, folder: Folder): void => {
    for (const [oldestPath, oldest] of open.size < MOST_OPEN ? [] : [...open].slice(0, 1)) {
      open.delete(oldestPath);
      oldest.close();
    }
    open.set(below, folder);
  };
  const walk = (components: readonly string[], isMade: boolean): Folder | null => {
    const name = components.at(-1);
    if (name === undefined) return root;
    const below = components.join('/');
    const held = open.get(below);
    if (held !== undefined) {
      open.delete(below);
      open.set(below, held);
      return held;
    }
    const place = walk(components.slice(0, -1), isMade)?.at(name);
    if (place === undefined) return null;
    const folder = openFolder(place) ?? (isMade ? makeFolder(place) : null);
    if (folder === null) return null;
    const whole = join(path, ...components);
    if ((known.get(whole) ?? folder.identity) !== folder.identity) {
      folder.close();
      throw symlinkError(whole);
    }
    known.set(whole, folder.identity);
    hold(below, folder);
    return folder;
  };

  const check = (folderPath: string, identity: string): void => {
    const stat = lstatOrNull(folderPath);
    if (stat === null || identityOf(stat) !== identity) throw symlinkError(folderPath);
  };

  return {
    path,
    root,
    find: (components) => walk(components, false),
    ensure: (components) => {
      const folder = walk(components, true);
      if (folder === null)
        throw new ExpectedError('DISK', `the folder of ${components.join('/')} has vanished`);
      return folder;
    },
    confirm: ({ shownPath, identity, isHeld }) => {
      if (!isHeld) check(shownPath, identity);
    },
    confirmAll: () => {
      for (const [folderPath, identity] of known) check(folderPath, identity);
    },
    close: () => {
      for (const folder of [...open.values(), root]) folder.close();
      open.clear();
    },
  };
}

function openRoot(directory: string): Folder {
  try {
    makeFolders(directory);
    const path = realpathSync(directory);
    const root = openFolder({ path, shownPath: path });
    if (root === null) throw new ExpectedError('DISK', `the folder ${path} has vanished`);
    return root;
  } catch (error) {
    throw diskError(error, directory, 'make the folder');
  }
}
