import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { isSystemError } from './disk-error.ts';

/**
 * Makes a path of the user absolute. Reads the current folder only for a relative path, because it may no longer exist.
 * @throws ExpectedError DISK for a relative path in a folder that no longer exists
 */
export function resolvePath(cwd: () => string, file: string): string {
  const named = path.sep === '\\' ? withoutLongPrefix(file) : file;
  return path.isAbsolute(named) ? path.resolve(named) : path.resolve(cwd(), named);
}

/** Removes the prefix of long paths (`\\?\`): Node adds it where needed, and cannot resolve links below it. */
export function withoutLongPrefix(file: string): string {
  return file.replace(/^[\\/]{2}\?[\\/]UNC[\\/]/i, '\\\\').replace(/^[\\/]{2}\?[\\/](?=[a-z]:[\\/])/i, '');
}

/**
 * Resolves the links of an absolute path, as far as the path exists.
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
