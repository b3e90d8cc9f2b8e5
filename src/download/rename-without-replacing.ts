import { link, open, rename, rm } from 'node:fs/promises';
import { isSystemError } from '../disk-error.ts';

/** File systems without hard links say so in different ways. */
const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EACCES']);

/**
 * Gives a file another name unless something has that name: link(2) fails where rename(2) would
 * silently replace it.
 * @throws the system's error, EEXIST when the name is taken; the file then still has its old name
 */
export async function renameWithoutReplacing(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!isSystemError(error) || !NO_HARD_LINKS.has(error.code ?? '')) throw error;
    await claimThenReplace(from, to);
    return;
  }
  await rm(from);
}

/** Claims the name first, so that only an empty file of our own can be replaced; others see that one for a moment. */
async function claimThenReplace(from: string, to: string): Promise<void> {
  await (await open(to, 'wx')).close();
  try {
    await rename(from, to);
  } catch (error) {
    // The first error is the one to tell.
    await rm(to, { force: true }).catch(() => undefined);
    throw error;
  }
}
