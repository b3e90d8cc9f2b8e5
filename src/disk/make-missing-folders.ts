import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder and those above it, each by itself: Node's own `recursive` goes on for ever on a file
 * system that answers ENOENT (/proc), and fails on a drive of Windows that is there (nodejs/node#25110).
 * @throws the system's error, whose `path` is the folder that could not be made
 */
export function makeMissingFolders(folder: string, mode: number): void {
  if (isFolder(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeMissingFolders(parent, mode);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // Somebody else was quicker.
    if (!isFolder(folder)) throw error;
  }
}

/** By a path that cannot be looked at, nothing is there. */
function isFolder(folder: string): boolean {
  try {
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}
