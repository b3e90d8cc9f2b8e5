import { linkSync, renameSync, unlinkSync } from 'node:fs';
import type { Attempt } from '../../disk/busy-file.ts';
import { diskError, errorCode } from '../../disk/disk-error.ts';
import { isWithoutHardLinks } from '../../disk/rename-without-replacing.ts';
import { ExpectedError } from '../../errors.ts';
import type { ArchiveEntry } from '../read/entry.ts';
import { showSome } from '../read/refusal.ts';
import { type Folder, lstatOrNull, type Place } from './folder.ts';
import { isMatchingFile } from './matching-file.ts';
import type { TargetFolder } from './target-folder.ts';

/**
 * Renames a finished file in `parent`, a folder of `target`. Keeps an existing file with that name and the same
 * content: another process may be unpacking the same archive there.
 * @throws ExpectedError EXISTS if another file with that name has appeared and may not be replaced, UNSAFE if
 *   a link has replaced the folder, DISK; the file then keeps its temporary name
 */
export async function publishEntry(
  temporary: string,
  { target, parent, name, entry, mayReplace, attempt, signal }: PublishOptions,
): Promise<void> {
  const place = parent.at(name);
  try {
    // No await in between: the folder is valid only until the next one is requested.
    const isMoved = await attempt(async () => {
      target.confirm(parent);
      if (!mayReplace) return moveToFreeName(temporary, place, entry, signal);
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
  /** The content of the file. */
  readonly entry: Pick<ArchiveEntry, 'sizeBytes' | 'crc32'>;
  readonly mayReplace: boolean;
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
  entry: PublishOptions['entry'],
  signal: AbortSignal | undefined,
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
  if (await isMatchingFile(place, entry, { signal })) return false;
  throw existsError([place.shownPath]);
}

/** @param paths at least one */
export function existsError(paths: readonly string[]): ExpectedError {
  return new ExpectedError('EXISTS', `not replaced, because the content differs: ${showSome(paths)}`, {
    hint: 'unpack into another folder, replace with --overwrite, or leave them with --skip-existing',
  });
}
