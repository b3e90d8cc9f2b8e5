import { link, lstat, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { diskError, isSystemError } from '../disk-error.ts';
import { ExpectedError } from '../errors.ts';

/** File systems without hard links say so in different ways. */
const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EACCES']);

/**
 * Gives the finished file its final name and makes the name itself survive a crash. Without
 * `mayReplace`, a file that appeared under the name meanwhile is kept: link(2) fails where
 * rename(2) would silently replace it.
 * @throws ExpectedError EXISTS or DISK; the file then still has its old name
 */
export async function publish(
  from: string,
  to: string,
  { mayReplace }: { mayReplace: boolean },
): Promise<void> {
  try {
    if (mayReplace) await rename(from, to);
    else await renameWithoutReplacing(from, to);
    await syncFolder(path.dirname(to));
  } catch (error) {
    if (isSystemError(error) && (error.code === 'EEXIST' || error.code === 'EISDIR')) throw inTheWay(to);
    throw diskError(error, to, 'write');
  }
}

/**
 * Whether something lies under that name; a dangling link counts.
 * @throws ExpectedError DISK when it cannot be told
 */
export async function findExisting(target: string): Promise<'nothing' | 'file' | 'other'> {
  try {
    return (await lstat(target)).isFile() ? 'file' : 'other';
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return 'nothing';
    throw diskError(error, target, 'look at');
  }
}

export function inTheWay(target: string): ExpectedError {
  return new ExpectedError('EXISTS', `${target} is there already`, {
    hint: 'replace it with --overwrite, leave it with --skip-existing, or choose another name with -o',
  });
}

async function renameWithoutReplacing(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!isSystemError(error) || !NO_HARD_LINKS.has(error.code ?? '')) throw error;
    // Claims the name first, so that only an empty file of our own can be replaced.
    await (await open(to, 'wx')).close();
    await rename(from, to);
    return;
  }
  await rm(from);
}

/** Without this the new name may be gone after a power cut although the bytes are there. */
async function syncFolder(folder: string): Promise<void> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(folder, 'r');
  } catch (error) {
    // Windows does not open folders, and needs no such sync.
    if (
      isSystemError(error) &&
      (error.code === 'EPERM' || error.code === 'EISDIR' || error.code === 'EACCES')
    )
      return;
    throw error;
  }
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems cannot sync folders.
    if (!isSystemError(error) || (error.code !== 'EINVAL' && error.code !== 'EPERM')) throw error;
  } finally {
    await handle.close();
  }
}
