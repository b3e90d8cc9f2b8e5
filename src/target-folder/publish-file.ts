import { linkSync, renameSync, unlinkSync } from 'node:fs';
import type { Attempt } from '../disk/busy-file.ts';
import { diskError, errorCode } from '../disk/disk-error.ts';
import { isWithoutHardLinks } from '../disk/rename-without-replacing.ts';
import type { ExpectedError } from '../errors.ts';
import { type Folder, lstatOrNull, type Place } from './folder.ts';
import { type FileContent, isMatchingFile } from './matching-file.ts';
import type { TargetFolder } from './target-folder.ts';

/**
 * Renames a finished file in `parent`, a folder of `target`. Keeps an existing file with that name and the same
 * content: another process may be saving the same file there.
 * @throws ExpectedError `existsError` if another file with that name has appeared and may not be replaced, UNSAFE if
 *   a link has replaced the folder, DISK; the file then keeps its temporary name
 */
export async function publishFile(temporary: string, options: PublishOptions): Promise<void> {
  const { target, parent, name, mayReplace, attempt } = options;
  const place = parent.at(name);
  try {
    // No await in between: the folder is valid only until the next one is requested.
    const isMoved = await attempt(async () => {
      target.confirm(parent);
      if (!mayReplace) return moveToFreeName(temporary, place, options);
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
  readonly content: FileContent;
  readonly mayReplace: boolean;
  /** The error if another file has the name. */
  readonly existsError: (shownPath: string) => ExpectedError;
  readonly attempt: Attempt;
  readonly signal: AbortSignal | undefined;
}

/**
 * Unlike rename, link never replaces: a file that appears at the last moment is kept.
 * @returns false if the temporary name must still be removed
 */
async function moveToFreeName(
  temporary: string,
  place: Place,
  { content, existsError, signal }: PublishOptions,
): Promise<boolean> {
  try {
    linkSync(temporary, place.path);
    return false;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') {
      if (!isWithoutHardLinks(error)) throw error;
      if (lstatOrNull(place.path) === null) {
        renameSync(temporary, place.path);
        return true;
      }
    }
  }
  if (await isMatchingFile(place, content, { signal })) return false;
  throw existsError(place.shownPath);
}
