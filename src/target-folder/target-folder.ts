import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { diskError } from '../disk/disk-error.ts';
import { makeFolders } from '../disk/make-folder.ts';
import {
  type Folder,
  identityOf,
  lstatOrNull,
  makeFolder,
  openExistingFolder,
  openFolder,
  type Place,
  symlinkError,
} from './folder.ts';

/**
 * The folder that files are saved into. Nothing outside it is changed. System calls are synchronous:
 * a round trip through the thread pool takes ten times as long as each of them, and each file needs several.
 */
export interface TargetFolder {
  /** Absolute, links resolved. */
  readonly path: string;
  readonly root: Folder;
  /** Returns the folder with these path parts, if it exists. Valid only until another one is requested. */
  find(components: readonly string[]): Folder | null;
  /** The same, but creates missing folders step by step. */
  ensure(components: readonly string[]): Folder;
  /** Checks that a folder that is not kept open is still the same, and that no link leads to it. */
  confirm(folder: Folder): void;
  /** Checks all folders at the end, including open ones: the files must be found under their paths. */
  confirmAll(): void;
  close(): void;
}

/** Maximum number of open folders. The least recently used one is closed first. */
const MOST_OPEN = 64;

/**
 * Opens or creates `directory`. The path to it may contain links, as the user chose it. Below it,
 * links are not followed: each folder is opened through its parent.
 * @throws ExpectedError DISK; its methods also throw EXISTS if a file is in the way, UNSAFE for a link
 */
export function openTargetFolder(directory: string): TargetFolder {
  const root = openRoot(directory);
  const path = root.shownPath;
  /** By path below the target. */
  const open = new Map<string, Folder>();
  /** Identities of all folders seen, by path: a different one means that another process replaced it. */
  const known = new Map<string, string>();

  const hold = (below: string, folder: Folder): void => {
    for (const [oldestPath, oldest] of open.size < MOST_OPEN ? [] : [...open].slice(0, 1)) {
      open.delete(oldestPath);
      oldest.close();
    }
    open.set(below, folder);
  };
  /** Returns null if one of the folders is missing and `openOne` does not create it. */
  const walk = <Found extends Folder | null>(
    components: readonly string[],
    openOne: (place: Place) => Found,
  ): Found | Folder => {
    const name = components.at(-1);
    if (name === undefined) return root;
    const below = components.join('/');
    const held = open.get(below);
    if (held !== undefined) {
      open.delete(below);
      open.set(below, held);
      return held;
    }
    const parent = walk(components.slice(0, -1), openOne);
    if (parent === null) return parent;
    const folder = openOne(parent.at(name));
    if (folder === null) return folder;
    const fullPath = join(path, ...components);
    if ((known.get(fullPath) ?? folder.identity) !== folder.identity) {
      folder.close();
      throw symlinkError(fullPath);
    }
    known.set(fullPath, folder.identity);
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
    find: (components) => walk(components, openFolder),
    ensure: (components) => walk(components, (place) => openFolder(place) ?? makeFolder(place)),
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
    return openExistingFolder({ path, shownPath: path });
  } catch (error) {
    throw diskError(error, directory, 'make the folder');
  }
}
