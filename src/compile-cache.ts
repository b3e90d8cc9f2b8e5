import { lstatSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder } from './config/cache-folder.ts';
import type { Environment } from './config/settings.ts';
import { makeMissingFolders } from './disk/make-missing-folders.ts';

const OTHERS_MAY_WRITE = 0o022;

/**
 * The folder in which Node may keep this program compiled, made if missing; null for none. What lies there is run, so
 * it must be a folder of this user that nobody else can write to: Node's default, in the folder for temporary files,
 * could have been made by somebody else. `userId` is null on Windows, where profiles are closed to others. Without a
 * folder the start takes a little longer, so what the disk has against it is no failure.
 */
export function compileCacheFolder(
  env: Environment,
  platform: NodeJS.Platform,
  userId: number | null,
): string | null {
  const caches = cacheFolder(env, platform);
  if (caches === null || !path.isAbsolute(caches)) return null;
  const folder = path.join(caches, 'compiled');
  try {
    makeMissingFolders(folder, 0o700);
    return [caches, folder].every((one) => isOwn(one, userId)) ? folder : null;
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return null;
    throw error;
  }
}

function isOwn(folder: string, userId: number | null): boolean {
  const stats = lstatSync(folder);
  if (!stats.isDirectory()) return false;
  return userId === null || (stats.uid === userId && (stats.mode & OTHERS_MAY_WRITE) === 0);
}
