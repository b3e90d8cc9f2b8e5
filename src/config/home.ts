import path from 'node:path';

/** A relative home would depend on the current folder. Service accounts have /dev/null. */
export function isUsableHome(home: string | undefined): home is string {
  return home !== undefined && path.isAbsolute(home) && home !== '/dev/null';
}

/** The folder of this program in one of Windows; null for one that is missing or depends on the current folder. */
export function folderBelow(folder: string | undefined): string | null {
  return folder !== undefined && isFixedPath(folder) ? path.join(folder, 'streamdiver-dl') : null;
}

/**
 * Whether a path means the same folder wherever it is used. On Windows, one without a drive is absolute, but depends on
 * the drive of the current folder.
 * @param paths the path rules of the system
 */
export function isFixedPath(folder: string, paths: path.PlatformPath = path): boolean {
  if (!paths.isAbsolute(folder)) return false;
  return paths.sep === '/' || paths.parse(folder).root.length > 1;
}
