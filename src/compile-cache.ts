import { lstatSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder } from './config/cache-folder.ts';
import type { Environment } from './config/settings.ts';
import { makeMissingFolders } from './disk/make-missing-folders.ts';

const OTHERS_MAY_WRITE = 0o022;

/**
 * Returns the folder for Node's compile cache of this program, created if missing; null for none. Its content is
 * executed, so it must belong to this user and be writable by nobody else. Node's default, in the folder for temporary
 * files, could have been created by another user. `userId` is null on Windows, where profiles are private. Disk errors
 * are ignored: without the cache, the start only takes a little longer.
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
