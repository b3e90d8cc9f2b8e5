import path from 'node:path';

/**
 * A path as the user wrote it, made absolute. The current folder is looked at only where it matters: it may have
 * been deleted, which is no trouble for those who name everything from the root on.
 * @throws ExpectedError DISK when it does matter and is gone
 */
export function resolvePath(cwd: () => string, file: string): string {
  return path.isAbsolute(file) ? path.resolve(file) : path.resolve(cwd(), file);
}
