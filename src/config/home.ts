import path from 'node:path';

/** Rejects a relative home, which would depend on the current folder, and the /dev/null of service accounts. */
export function isUsableHome(home: string | undefined): home is string {
  return home !== undefined && path.isAbsolute(home) && home !== '/dev/null';
}

/** This program's folder in a Windows system folder; null if that is missing or depends on the current folder. */
export function folderBelow(folder: string | undefined): string | null {
  return folder !== undefined && isFixedPath(folder) ? path.join(folder, 'streamdiver-dl') : null;
}

/**
 * Whether a path is independent of the current folder. On Windows, an absolute path without a drive depends on the
 * drive of the current folder.
 * @param paths the path rules of the system
 */
export function isFixedPath(folder: string, paths: path.PlatformPath = path): boolean {
  if (!paths.isAbsolute(folder)) return false;
  return paths.sep === '/' || paths.parse(folder).root.length > 1;
}
