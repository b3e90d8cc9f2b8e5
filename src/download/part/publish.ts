import { lstat, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Attempt } from '../../disk/busy-file.ts';
import { diskError, isSystemError, onDisk, unlessMissing } from '../../disk/disk-error.ts';
import { renameWithoutReplacing } from '../../disk/rename-without-replacing.ts';
import { syncFolder } from '../../disk/sync-folder.ts';
import { ExpectedError } from '../../errors.ts';

/**
 * Renames the finished file to its final name, and makes the new name survive a crash. Without `mayReplace`, a file
 * that has appeared under the name is kept.
 * @throws ExpectedError EXISTS or DISK; the file then still has its old name
 */
export async function publish(
  from: string,
  to: string,
  { mayReplace, attempt }: { mayReplace: boolean; attempt: Attempt },
): Promise<void> {
  try {
    if (mayReplace && (await findExisting(to)) === 'special') throw specialFileError(to);
    if (mayReplace) await attempt(() => rename(from, to));
    else await renameWithoutReplacing(from, to, attempt);
    await syncFolder(path.dirname(to));
  } catch (error) {
    if (isSystemError(error) && error.code === 'EISDIR') throw folderExistsError(to);
    if (isSystemError(error) && error.code === 'EEXIST') throw targetExistsError(to);
    throw diskError(error, to, 'write');
  }
}

/**
 * The kind of file at a path; a dangling link counts. `special` is a device, a pipe, or a socket, or a link to one.
 * @throws ExpectedError DISK if it cannot be determined
 */
export async function findExisting(
  target: string,
): Promise<'nothing' | 'file' | 'folder' | 'link' | 'special'> {
  const status = await onDisk(unlessMissing(lstat(target)), target, 'access');
  if (status === null) return 'nothing';
  if (status.isSymbolicLink()) return (await leadsToSpecial(target)) ? 'special' : 'link';
  return status.isFile() ? 'file' : status.isDirectory() ? 'folder' : 'special';
}

export function targetExistsError(target: string): ExpectedError {
  return new ExpectedError('EXISTS', `${target} is there already`, {
    hint: 'replace it with --overwrite, leave it with --skip-existing, or choose another name with -o',
  });
}

/** False for a dangling link. */
async function leadsToSpecial(link: string): Promise<boolean> {
  try {
    const status = await stat(link);
    return !status.isFile() && !status.isDirectory();
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

export function specialFileError(target: string): ExpectedError {
  return new ExpectedError('EXISTS', `${target} is a device, a pipe or a socket, which is never replaced`, {
    hint: 'write to standard output with -o -, or choose another name with -o',
  });
}

export function folderExistsError(target: string): ExpectedError {
  return new ExpectedError('EXISTS', `${target} is in the way: it is a folder`, {
    hint: 'move it away or choose another name with -o',
  });
}
