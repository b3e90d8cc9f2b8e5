import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { ExpectedError } from '../errors.ts';
import { diskError, isSystemError } from './disk-error.ts';

/**
 * Makes a folder and those above it, each by itself: Node's own `recursive` goes on for ever on a file
 * system that answers ENOENT (/proc), and fails on a drive of Windows that is there (nodejs/node#25110).
 * @param mode of each that is made, before the umask takes its part
 * @throws ExpectedError EXISTS when something else is in the way, DISK
 */
export function makeFolders(folder: string, mode = 0o777): void {
  if (isFolder(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolders(parent, mode);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // Somebody else was quicker.
    if (isFolder(folder)) return;
    if (isSystemError(error) && error.code === 'EEXIST') throw notAFolder(folder);
    throw diskError(error, folder, 'make the folder', 'choose another folder, or look at its permissions');
  }
}

export function notAFolder(shownPath: string): ExpectedError {
  return new ExpectedError('EXISTS', `${shownPath} is in the way: it is not a folder`, {
    hint: 'move it away or choose another folder',
  });
}

/** By a path that cannot be looked at, nothing is there. */
function isFolder(folder: string): boolean {
  try {
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}
