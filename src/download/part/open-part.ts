import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { isSystemError, unlessMissing } from '../../disk/disk-error.ts';
import { ExpectedError } from '../../errors.ts';

// Missing on Windows, where creating links requires a privilege.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
const NEW = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;

/**
 * Opens a part, or creates an empty one. Does not follow links, because another user may have chosen the target.
 * Replaces a file that has a second name: it may be the finished file, if the program was killed between adding the
 * final name and removing the old one.
 * @param options.mayBeStrange false if no journal vouches for existing bytes
 * @param options.aside as for replacePart()
 * @throws ExpectedError EXISTS if the name is taken by something else
 */
export async function openPart(
  path: string,
  { mayBeStrange, aside }: { mayBeStrange: boolean; aside: string },
): Promise<FileHandle> {
  try {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | NO_FOLLOW;
    const handle = await open(path, flags, 0o666);
    const status = await handle.stat();
    const isUsable = status.isFile() && (status.size === 0 || mayBeStrange);
    if (isUsable && status.nlink <= 1) return handle;
    await handle.close();
    if (isUsable) return await replacePart(path, aside);
  } catch (error) {
    if (!isSystemError(error) || !['ELOOP', 'EISDIR', 'ENXIO'].includes(error.code ?? '')) throw error;
  }
  throw partNotRegularError(path);
}

/**
 * Replaces a part with a new file. A reader or another process may still have the old one open, and Windows frees the
 * name of an open file only when it is closed.
 * @param aside a name in the same folder, for removing the old file
 */
export async function replacePart(path: string, aside: string): Promise<FileHandle> {
  await unlessMissing(rename(path, aside));
  await rm(aside, { force: true });
  return await open(path, NEW, 0o666);
}

export function partNotRegularError(path: string): ExpectedError {
  return new ExpectedError('EXISTS', `${path} is there already and does not belong to this download`, {
    hint: 'move it away, choose another name with -o, or discard it with --no-resume',
  });
}
