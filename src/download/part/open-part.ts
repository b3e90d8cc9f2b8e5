import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { isSystemError } from '../../disk/disk-error.ts';
import { ExpectedError } from '../../errors.ts';

// Missing on Windows, where making links needs a privilege.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
const NEW = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;

/**
 * Opens a part, or makes an empty one. Links are not followed: the bytes must not land in a file that
 * somebody else chose. A file with a second name is left to that name: it may be the finished file
 * itself, if the program was killed between giving it its final name and taking the old one away.
 * @param options.mayBeStrange false when nothing vouches for bytes that are there
 * @param options.aside as of replacePart()
 * @throws ExpectedError EXISTS when something else lies under the name
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
 * A new file in place of the old one, which a reader or another process may still have open: Windows
 * frees the name of such a file only when it is closed.
 * @param aside a name in the same folder under which the old one is removed
 */
export async function replacePart(path: string, aside: string): Promise<FileHandle> {
  try {
    await rename(path, aside);
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'ENOENT') throw error;
  }
  await rm(aside, { force: true });
  return await open(path, NEW, 0o666);
}

export function partNotRegularError(path: string): ExpectedError {
  return new ExpectedError('EXISTS', `${path} is there already and does not belong to this download`, {
    hint: 'move it away, choose another name with -o, or throw it away with --no-resume',
  });
}
