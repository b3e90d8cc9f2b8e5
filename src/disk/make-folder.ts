import { mkdirSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { isSystemError } from './disk-error.ts';

/**
 * Makes a folder and those above it, unless it is there: which Windows answers with EPERM for the root of
 * a drive and on drives that are read-only (nodejs/node#25110, nodejs/node#38347).
 * @throws the system's error
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    if (!isThere(error, folder)) throw error;
  }
}

/** The same, synchronously. */
export function makeFolderSync(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    if (!isThere(error, folder)) throw error;
  }
}

/** By a path that cannot be looked at, nothing is there. */
function isThere(error: unknown, folder: string): boolean {
  if (!isSystemError(error) || (error.code !== 'EPERM' && error.code !== 'EACCES')) return false;
  try {
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}
