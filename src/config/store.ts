import { existsSync } from 'node:fs';
import path from 'node:path';
import { ExpectedError } from '../errors.ts';
import { isObject } from '../values/json.ts';
import type { Environment, Profile } from './settings.ts';

/**
 * Where the config file lives: STREAMDIVER_CONFIG_DIR, else the platform's folder for settings.
 * Null when no home is known; then there is no config file.
 */
export function configFolder(env: Environment, platform: NodeJS.Platform): string | null {
  const home = platform === 'win32' ? env.USERPROFILE : env.HOME;
  if (env.STREAMDIVER_CONFIG_DIR) return env.STREAMDIVER_CONFIG_DIR;
  if (platform === 'win32') return env.APPDATA ? path.join(env.APPDATA, 'streamdiver-dl') : null;
  // The XDG base directory specification: a relative path is invalid and to be ignored.
  if (env.XDG_CONFIG_HOME && path.isAbsolute(env.XDG_CONFIG_HOME))
    return path.join(env.XDG_CONFIG_HOME, 'streamdiver-dl');
  if (!home) return null;
  if (platform === 'darwin') return path.join(home, 'Library', 'Preferences', 'streamdiver-dl');
  return path.join(home, '.config', 'streamdiver-dl');
}

/**
 * Reads one profile of the config file; an empty one when there is no file. `conf` is loaded only
 * when there is something to read: it is the slowest import of the program.
 * @throws ExpectedError CONFIG when the file cannot be read, is not ours, or lacks the profile
 */
export async function readProfile(folder: string | null, name: string | null): Promise<Profile> {
  const file = folder === null ? null : path.join(folder, 'config.json');
  const values = file === null || folder === null || !existsSync(file) ? {} : await readConfig(folder, file);
  const profiles = values.profiles ?? {};
  if (!isObject(profiles)) throw wrongValue(file, 'profiles', 'an object');
  const profile = Object.hasOwn(profiles, name ?? 'default') ? profiles[name ?? 'default'] : undefined;
  if (profile === undefined) {
    if (name === null) return {};
    throw new ExpectedError(
      'CONFIG',
      `there is no profile ${JSON.stringify(name)}${file === null ? '' : ` in ${file}`}`,
    );
  }
  const place = `profiles.${name ?? 'default'}`;
  if (!isObject(profile)) throw wrongValue(file, place, 'an object');
  const text = (key: string): string | undefined => {
    const value = profile[key];
    if (value !== undefined && typeof value !== 'string')
      throw wrongValue(file, `${place}.${key}`, 'a string');
    return value === '' ? undefined : value;
  };
  return { apiUrl: text('apiUrl'), ssoUrl: text('ssoUrl'), cacert: text('cacert') };
}

/** A mistake in the file must not look like a default. */
function wrongValue(file: string | null, place: string, what: string): ExpectedError {
  return new ExpectedError('CONFIG', `${file ?? 'the config file'}: ${place} must be ${what}`, {
    hint: 'mend it or move it away; it was not changed',
  });
}

async function readConfig(folder: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  const { default: Conf } = await import('conf');
  try {
    return new Conf({ cwd: folder, configFileMode: 0o600 }).store;
  } catch (error) {
    throw new ExpectedError('CONFIG', `the config file cannot be read: ${file}`, {
      cause: error,
      hint: 'mend it or move it away; it was not changed',
    });
  }
}
