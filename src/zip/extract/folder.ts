import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { sep } from 'node:path';
import { diskError, errorCode } from '../../disk/disk-error.ts';
import { notAFolder } from '../../disk/make-folder.ts';
import { ExpectedError } from '../../errors.ts';

/** Something in a folder: how the system reaches it, and what people call it. */
export interface Place {
  readonly path: string;
  readonly shownPath: string;
}

/**
 * A folder that is held open where the system allows it (Linux): what is done at a place of it happens in
 * that very folder, even if another process puts a link in its place at the same moment. Node has no
 * openat(2); a path through /proc/self/fd does the same. Elsewhere it is a path that was looked at.
 */
export interface Folder {
  readonly shownPath: string;
  /** Device and inode: the same for as long as it is the same folder, whatever way leads to it. */
  readonly identity: string;
  /** Whether it is held open. Elsewhere somebody may swap it between a look and what is done after it. */
  readonly isHeld: boolean;
  at(name: string): Place;
  /** Its places cannot be used any more. */
  close(): void;
}

/**
 * Opens the folder at a place, unless it is a link.
 * @returns null when nothing is there
 * @throws ExpectedError UNSAFE when a link is there, EXISTS when a file is, DISK
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

/** The same; made where nothing is. */
export function makeFolder(place: Place): Folder {
  try {
    mkdirSync(place.path);
  } catch (error) {
    // Someone else made it a moment before; what it is gets looked at next.
    if (errorCode(error) !== 'EEXIST') throw diskError(error, place.shownPath, 'make the folder');
  }
  const folder = openFolder(place);
  if (folder === null) throw new ExpectedError('DISK', `the folder ${place.shownPath} has vanished`);
  return folder;
}

/** What is at `path`, not following a link; null when nothing is. */
export function lstatOrNull(path: string, shownPath = path): BigIntStats | null {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (error) {
    throw diskError(error, shownPath, 'look at');
  }
}

export function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** Opens a folder, and finds the path that leads to it by its descriptor; null where there is no such path. */
function hold({ path, shownPath }: Place): { descriptor: number; base: string; identity: string } | null {
  // Windows opens no folders and has neither flag.
  if (constants.O_DIRECTORY === undefined) return null;
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    // It may be written to, but not read.
    if (errorCode(error) === 'EACCES') return null;
    // It was a folder when it was looked at.
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
    `${shownPath} is a link or lies behind one; nothing is written through it`,
    {
      hint: 'unpack into an empty folder',
    },
  );
}
