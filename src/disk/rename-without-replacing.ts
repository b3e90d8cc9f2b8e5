import { promises as files } from 'node:fs';
import type { Attempt } from './busy-file.ts';
import { isSystemError } from './disk-error.ts';

/** File systems without hard links (FAT, exFAT, many network drives) say so in different ways; EISDIR on Windows. */
const NO_HARD_LINKS = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EXDEV',
  'EACCES',
  'EISDIR',
]);

/** Whether link(2) failed in a way that means that it can never work there. */
export function isWithoutHardLinks(error: unknown): boolean {
  return isSystemError(error) && NO_HARD_LINKS.has(error.code ?? '');
}

/**
 * Gives a file another name unless something has that name: link(2) fails where rename(2) would
 * silently replace it.
 * @param attempt how each step is tried; not all of them at once, as the first may succeed but once
 * @throws the system's error, EEXIST when the name is taken; the file then still has its old name
 */
export async function renameWithoutReplacing(
  from: string,
  to: string,
  attempt: Attempt = (operation) => operation(),
): Promise<void> {
  try {
    await files.link(from, to);
  } catch (error) {
    if (!isWithoutHardLinks(error)) throw error;
    await claimThenReplace(from, to, attempt);
    return;
  }
  await attempt(() => files.rm(from));
}

/** Claims the name first, so that only an empty file of our own can be replaced; others see that one for a moment. */
async function claimThenReplace(from: string, to: string, attempt: Attempt): Promise<void> {
  await (await files.open(to, 'wx')).close();
  try {
    await attempt(() => files.rename(from, to));
  } catch (error) {
    // The first error is the one to tell.
    await files.rm(to, { force: true }).catch(() => undefined);
    throw error;
  }
}
