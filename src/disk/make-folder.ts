import { ExpectedError } from '../errors.ts';
import { diskError, isSystemError } from './disk-error.ts';
import { makeMissingFolders } from './make-missing-folders.ts';

/**
 * Makes a folder and those above it.
 * @param mode of each that is made, before the umask takes its part
 * @throws ExpectedError EXISTS when something else is in the way, DISK
 */
export function makeFolders(folder: string, mode = 0o777): void {
  try {
    makeMissingFolders(folder, mode);
  } catch (error) {
    const failed = isSystemError(error) ? (error.path ?? folder) : folder;
    if (isSystemError(error) && error.code === 'EEXIST') throw notAFolder(failed);
    throw diskError(error, failed, 'make the folder', 'choose another folder, or look at its permissions');
  }
}

export function notAFolder(shownPath: string): ExpectedError {
  return new ExpectedError('EXISTS', `${shownPath} is in the way: it is not a folder`, {
    hint: 'move it away or choose another folder',
  });
}
