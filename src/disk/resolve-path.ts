import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { isSystemError } from './disk-error.ts';

/**
 * A path as the user wrote it, made absolute. The current folder is looked at only where it matters: it may have
 * been deleted, which is no trouble for those who name everything from the root on.
 * @throws ExpectedError DISK when it does matter and is gone
 */
export function resolvePath(cwd: () => string, file: string): string {
  const named = path.sep === '\\' ? withoutLongPrefix(file) : file;
  return path.isAbsolute(named) ? path.resolve(named) : path.resolve(cwd(), named);
}

/** The same path without the prefix of long paths (`\\?\`): Node adds it by itself, and cannot resolve links below it. */
export function withoutLongPrefix(file: string): string {
  return file.replace(/^[\\/]{2}\?[\\/]UNC[\\/]/i, '\\\\').replace(/^[\\/]{2}\?[\\/](?=[a-z]:[\\/])/i, '');
}

/**
 * An absolute path with its links resolved, as far as it exists: what is not there yet has no links either.
 * @throws the system's error
 */
export async function resolveLinks(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    const parent = path.dirname(file);
    if (!isSystemError(error) || error.code !== 'ENOENT' || parent === file) throw error;
    return path.join(await resolveLinks(parent), path.basename(file));
  }
}
