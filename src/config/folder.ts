import path from 'node:path';
import { ExpectedError } from '../errors.ts';
import { folderBelow, isFixedPath, isUsableHome } from './home.ts';
import type { Environment } from './settings.ts';

/**
 * The settings folder: STREAMDIVER_CONFIG_DIR, or the platform's settings folder. Null without a home folder; then
 * nothing is stored.
 * @throws ExpectedError CONFIG for a STREAMDIVER_CONFIG_DIR that would depend on the current folder
 */
export function configFolder(env: Environment, platform: NodeJS.Platform): string | null {
  if (env.STREAMDIVER_CONFIG_DIR) return absolute(env.STREAMDIVER_CONFIG_DIR);
  // A relative one would put credentials into the current folder.
  if (platform === 'win32') return folderBelow(env.APPDATA);
  // The XDG base directory specification: relative paths are invalid and ignored.
  if (env.XDG_CONFIG_HOME && path.isAbsolute(env.XDG_CONFIG_HOME))
    return path.join(env.XDG_CONFIG_HOME, 'streamdiver-dl');
  if (!isUsableHome(env.HOME)) return null;
  if (platform === 'darwin') return path.join(env.HOME, 'Library', 'Preferences', 'streamdiver-dl');
  return path.join(env.HOME, '.config', 'streamdiver-dl');
}

function absolute(folder: string): string {
  const isFixed: boolean = isFixedPath(folder);
  if (isFixed) return folder;
  throw new ExpectedError('CONFIG', `STREAMDIVER_CONFIG_DIR must be an absolute path: ${folder}`, {
    hint: path.isAbsolute(folder) ? 'start the path with a drive, such as C:' : 'use an absolute path',
  });
}

/** The error where nothing can be stored, because `configFolder` found no folder. */
export function noConfigFolder(platform: NodeJS.Platform): ExpectedError {
  const variable = platform === 'win32' ? 'APPDATA' : 'HOME';
  return new ExpectedError('CONFIG', `cannot find the settings folder: ${variable} is not set or unusable`, {
    hint: 'set STREAMDIVER_CONFIG_DIR, or use STREAMDIVER_TOKEN',
  });
}
