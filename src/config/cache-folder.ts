import path from 'node:path';
import { folderBelow, isFixedPath, isUsableHome } from './home.ts';
import type { Environment } from './settings.ts';

/**
 * The cache folder: STREAMDIVER_CONFIG_DIR, so that nothing is left elsewhere, or the platform's cache folder. Null
 * without a home folder.
 */
export function cacheFolder(env: Environment, platform: NodeJS.Platform): string | null {
  const named = env.STREAMDIVER_CONFIG_DIR;
  if (named) return isFixedPath(named) ? named : null;
  if (platform === 'win32') return folderBelow(env.LOCALAPPDATA);
  // The XDG base directory specification: relative paths are invalid and ignored.
  if (env.XDG_CACHE_HOME && path.isAbsolute(env.XDG_CACHE_HOME))
    return path.join(env.XDG_CACHE_HOME, 'streamdiver-dl');
  if (!isUsableHome(env.HOME)) return null;
  const parts = platform === 'darwin' ? ['Library', 'Caches'] : ['.cache'];
  return path.join(env.HOME, ...parts, 'streamdiver-dl');
}
