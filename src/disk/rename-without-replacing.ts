import { promises as files } from 'node:fs';
import type { Attempt } from './busy-file.ts';
import { isSystemError } from './disk-error.ts';

/** Errors of file systems without hard links (FAT, exFAT, many network drives); EISDIR on Windows. */
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

/** Whether the error of link(2) means that it never works there. */
export function isWithoutHardLinks(error: unknown): boolean {
  return isSystemError(error) && NO_HARD_LINKS.has(error.code ?? '');
}

/**
 * Renames a file unless the new name is taken: link(2) fails where rename(2) would silently replace the other file.
 * @param attempt runs each step separately, because the first one must not be repeated after it has succeeded
 * @throws the system's error, EEXIST if the name is taken; then the file still has its old name
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

/** Creates an empty file under the new name first, so that only this file can be replaced. Others briefly see it. */
async function claimThenReplace(from: string, to: string, attempt: Attempt): Promise<void> {
  await (await files.open(to, 'wx')).close();
  try {
    await attempt(() => files.rename(from, to));
  } catch (error) {
    // Report the first error.
    await files.rm(to, { force: true }).catch(() => undefined);
    throw error;
  }
}
