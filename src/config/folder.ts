import path from 'node:path';
import { ExpectedError } from '../errors.ts';
import { isUsableHome } from './home.ts';
import type { Environment } from './settings.ts';

/**
 * The settings folder: STREAMDIVER_CONFIG_DIR, or the platform's settings folder. Null without a home folder; then
 * nothing is stored.
 * @throws ExpectedError CONFIG for a relative STREAMDIVER_CONFIG_DIR, which would depend on the current folder
 */
export function configFolder(env: Environment, platform: NodeJS.Platform): string | null {
  const home = platform === 'win32' ? env.USERPROFILE : env.HOME;
  if (env.STREAMDIVER_CONFIG_DIR) return absolute(env.STREAMDIVER_CONFIG_DIR);
  if (platform === 'win32') return env.APPDATA ? path.join(env.APPDATA, 'streamdiver-dl') : null;
  // The XDG base directory specification: relative paths are invalid and ignored.
  if (env.XDG_CONFIG_HOME && path.isAbsolute(env.XDG_CONFIG_HOME))
    return path.join(env.XDG_CONFIG_HOME, 'streamdiver-dl');
  if (!isUsableHome(home)) return null;
  if (platform === 'darwin') return path.join(home, 'Library', 'Preferences', 'streamdiver-dl');
  return path.join(home, '.config', 'streamdiver-dl');
}

function absolute(folder: string): string {
  if (path.isAbsolute(folder)) return folder;
  throw new ExpectedError('CONFIG', `STREAMDIVER_CONFIG_DIR must be an absolute path: ${folder}`, {
    hint: 'use an absolute path',
  });
}
