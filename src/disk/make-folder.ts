import { ExpectedError } from '../errors.ts';
import { diskError, isSystemError } from './disk-error.ts';
import { makeMissingFolders } from './make-missing-folders.ts';

/**
 * Creates a folder and its parents.
 * @param mode of each new folder, before the umask
 * @throws ExpectedError EXISTS if the path is not a folder, DISK
 */
export function makeFolders(folder: string, mode = 0o777): void {
  try {
    makeMissingFolders(folder, mode);
  } catch (error) {
    const failed = isSystemError(error) ? (error.path ?? folder) : folder;
    if (isSystemError(error) && error.code === 'EEXIST') throw notAFolder(failed);
    throw diskError(error, failed, 'make the folder', 'choose another folder, or check its permissions');
  }
}

export function notAFolder(shownPath: string): ExpectedError {
  return new ExpectedError('EXISTS', `${shownPath} is in the way: it is not a folder`, {
    hint: 'move it away or choose another folder',
  });
}
