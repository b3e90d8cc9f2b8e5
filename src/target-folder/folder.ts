import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { sep } from 'node:path';
import { diskError, errorCode } from '../disk/disk-error.ts';
import { notAFolder } from '../disk/make-folder.ts';
import { ExpectedError } from '../errors.ts';

/** A path in a folder: for system calls, and for messages. */
export interface Place {
  readonly path: string;
  readonly shownPath: string;
}

/**
 * A folder that is kept open where the system allows it (Linux). Operations on its paths then apply to this
 * very folder, even if another process replaces it with a link at the same moment. Node has no openat(2),
 * but a path through /proc/self/fd has the same effect. On other systems it is a path that was checked.
 */
export interface Folder {
  readonly shownPath: string;
  /** Device and inode: they identify the folder regardless of the path. */
  readonly identity: string;
  /** Whether it is kept open. Otherwise it could be replaced between a check and its use. */
  readonly isHeld: boolean;
  at(name: string): Place;
  /** Its paths become invalid. */
  close(): void;
}

/**
 * Opens a folder, unless the path is a link.
 * @returns null if nothing exists there
 * @throws ExpectedError UNSAFE for a link, EXISTS for a file, DISK
 */
export function openFolder({ path, shownPath }: Place): Folder | null {
  const stat = lstatOrNull(path);
  if (stat === null) return null;
  checkFolder(stat, shownPath);
  const identity = identityOf(stat);
  const held = hold({ path, shownPath });
  if (held !== null && held.identity !== identity) {
    closeSync(held.descriptor);
    throw symlinkError(shownPath);
  }
  const prefix = withSeparator(held === null ? path : held.base);
  const shownPrefix = withSeparator(shownPath);
  return {
    shownPath,
    identity,
    isHeld: held !== null,
    at: (name) => ({ path: prefix + name, shownPath: shownPrefix + name }),
    close: () => {
      if (held !== null) closeSync(held.descriptor);
    },
  };
}

/** The same for a folder that existed a moment ago. @throws also ExpectedError DISK if it is missing */
export function openExistingFolder(place: Place): Folder {
  const folder = openFolder(place);
  if (folder === null) throw new ExpectedError('DISK', `the folder ${place.shownPath} has vanished`);
  return folder;
}

/** The same, but creates a missing folder. */
export function makeFolder(place: Place): Folder {
  try {
    mkdirSync(place.path);
  } catch (error) {
    // Another process has just created it. It is checked next.
    if (errorCode(error) !== 'EEXIST') throw diskError(error, place.shownPath, 'make the folder');
  }
  return openExistingFolder(place);
}

/** Returns the status of `path` without following a link; null if nothing exists. */
export function lstatOrNull(path: string, shownPath = path): BigIntStats | null {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (error) {
    throw diskError(error, shownPath, 'access');
  }
}

export function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** Opens a folder, and returns its path by file descriptor; null if the system has no such paths. */
function hold({ path, shownPath }: Place): { descriptor: number; base: string; identity: string } | null {
  // Windows cannot open folders and has neither flag.
  if (constants.O_DIRECTORY === undefined) return null;
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    // It may be writable, but not readable.
    if (errorCode(error) === 'EACCES') return null;
    // It was a folder when it was checked.
    if (['ELOOP', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw symlinkError(shownPath);
    throw diskError(error, shownPath, 'open');
  }
  const identity = identityOf(fstatSync(descriptor, { bigint: true }));
  const base = `/proc/self/fd/${descriptor}`;
  const found = lstatOrNull(`${base}/.`);
  if (found !== null && identityOf(found) === identity) return { descriptor, base, identity };
  closeSync(descriptor);
  return null;
}

function withSeparator(path: string): string {
  return path.endsWith(sep) ? path : path + sep;
}

function checkFolder(stat: BigIntStats, shownPath: string): void {
  if (stat.isSymbolicLink()) throw symlinkError(shownPath);
  if (!stat.isDirectory()) throw notAFolder(shownPath);
}

export function symlinkError(shownPath: string): ExpectedError {
  return new ExpectedError(
    'UNSAFE',
    `${shownPath} is a link or is behind one; nothing is written through links`,
    {
      hint: 'choose an empty folder',
    },
  );
}
