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
 * Gives a finished file its name in `parent`, a folder that `target` gave out. What has that name already
 * and is the same, because another process unpacks the same archive there, has it instead.
 * @throws ExpectedError EXISTS when something else of that name has appeared and is not to be replaced,
 *   UNSAFE when a link has been put in the folder's place, DISK; the file then still has its old name
 */
export async function publishEntry(
  temporary: string,
  { target, parent, name, entry, mayReplace, attempt, signal }: PublishOptions,
): Promise<void> {
  const place = parent.at(name);
  try {
    // Nothing may come between: the folder is given out for this moment only.
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
  /** What the file holds. */
  readonly entry: Pick<ArchiveEntry, 'sizeBytes' | 'crc32'>;
  readonly mayReplace: boolean;
  readonly attempt: Attempt;
  readonly signal: AbortSignal | undefined;
}

/**
 * Unlike rename, link never replaces: what appears at the last moment is kept.
 * @returns false when the temporary name is to be taken away yet
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
  return new ExpectedError('EXISTS', `not replaced, as it is something else: ${showSome(paths)}`, {
    hint: 'unpack into another folder, replace with --overwrite, or leave them with --skip-existing',
  });
}
