import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Creates a folder and its parents one by one. Node's `recursive` option never ends on a file system that returns ENOENT
 * (/proc), and fails for an existing drive on Windows (nodejs/node#25110).
 * @throws the system's error, whose `path` is the folder that could not be created
 */
export function makeMissingFolders(folder: string, mode: number): void {
  if (isFolder(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeMissingFolders(parent, mode);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // Another process has just created it.
    if (!isFolder(folder)) throw error;
  }
}

/** A path that cannot be read counts as missing. */
function isFolder(folder: string): boolean {
  try {
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}
