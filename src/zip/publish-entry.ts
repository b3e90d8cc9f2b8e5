import { linkSync, renameSync, unlinkSync } from 'node:fs';
import type { Attempt } from '../disk/busy-file.ts';
import { diskError } from '../disk/disk-error.ts';
import { isWithoutHardLinks } from '../disk/rename-without-replacing.ts';
import { ExpectedError } from '../errors.ts';
import { errorCode } from './error-code.ts';
import { type Folder, lstatOrNull, type Place } from './folder.ts';
import type { TargetFolder } from './target-folder.ts';

/**
 * Gives a finished file its name in `parent`, a folder that `target` gave out.
 * @throws ExpectedError EXISTS when something of that name has appeared and is not to be replaced,
 *   UNSAFE when a link has been put in the folder's place, DISK; the file then still has its old name
 */
export async function publishEntry(
  temporary: string,
  { target, parent, name, mayReplace, attempt }: PublishOptions,
): Promise<void> {
  const place = parent.at(name);
  try {
    // Nothing may come between: the folder is given out for this moment only.
    const isMoved = await attempt(async () => {
      target.confirm(parent);
      if (!mayReplace) return moveToFreeName(temporary, place);
      renameSync(temporary, place.path);
      return true;
    });
    if (!isMoved) await attempt(async () => unlinkSync(temporary));
  } catch (error) {
    throw diskError(error, place.shownPath, 'write');
  }
}

export interface PublishOptions {
  readonly target: TargetFolder;
  readonly parent: Folder;
  readonly name: string;
  readonly mayReplace: boolean;
  readonly attempt: Attempt;
}

/**
 * Unlike rename, link never replaces: what appears at the last moment is kept.
 * @returns false when the temporary name is to be taken away yet
 */
function moveToFreeName(temporary: string, { path, shownPath }: Place): boolean {
  try {
    linkSync(temporary, path);
    return false;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw existsError([shownPath]);
    if (!isWithoutHardLinks(error)) throw error;
    if (lstatOrNull(path) !== null) throw existsError([shownPath]);
    renameSync(temporary, path);
    return true;
  }
}

/** @param paths at least one */
export function existsError(paths: readonly string[]): ExpectedError {
  const more = paths.length > 10 ? ` and ${paths.length - 10} more` : '';
  const shown = paths.slice(0, 10).join(', ');
  return new ExpectedError('EXISTS', `not replaced, as it is something else: ${shown}${more}`, {
    hint: 'unpack into another folder, replace with --overwrite, or leave them with --skip-existing',
  });
}
