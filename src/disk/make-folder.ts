import { ExpectedError } from '../errors.ts';
import { diskError, isSystemError } from './disk-error.ts';
import { makeEachFolder } from './each-folder.ts';

/**
 * Makes a folder and those above it.
 * @param mode of each that is made, before the umask takes its part
 * @throws ExpectedError EXISTS when something else is in the way, DISK
 */
export function makeFolders(folder: string, mode = 0o777): void {
  try {
    makeEachFolder(folder, mode);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const { code, path = folder } = error;
    if (code === 'EEXIST') throw notAFolder(path);
    throw diskError(error, path, 'make the folder', 'choose another folder, or look at its permissions');
  }
}

export function notAFolder(shownPath: string): ExpectedError {
  return new ExpectedError('EXISTS', `${shownPath} is in the way: it is not a folder`, {
    hint: 'move it away or choose another folder',
  });
}
