import type { JsonObject } from '../parse/json.ts';
import { FILE_VERSION, optionalText, refuseUnknownKeys, requireObject } from './json-file.ts';
import { PROFILE_KEYS, type ProfileKey } from './profile-keys.ts';

/** The settings of a profile in the config file. */
export interface Profile {
  readonly apiUrl?: string | undefined;
  readonly ssoUrl?: string | undefined;
  readonly cacert?: string | undefined;
}

/** `config.json`, which contains no secrets. */
export interface Config {
  /** The default profile. */
  readonly profile?: string | undefined;
  readonly profiles: ReadonlyMap<string, Profile>;
}

/** @throws WrongValue for an unknown key or a value of the wrong type: a mistake must not count as a default */
export function parseConfig(document: JsonObject): Config {
  refuseUnknownKeys(document, ['version', 'profile', 'profiles'], []);
  const profiles = requireObject(document.profiles ?? {}, ['profiles']);
  return {
    profile: optionalText(document, 'profile', []),
    profiles: new Map(
      Object.entries(profiles).map(([name, profile]) => [name, parseProfile(profile, ['profiles', name])]),
    ),
  };
}

function parseProfile(value: unknown, path: readonly string[]): Profile {
  const profile = requireObject(value, path);
  refuseUnknownKeys(profile, PROFILE_KEYS, path);
  return {
    apiUrl: optionalText(profile, 'apiUrl', path),
    ssoUrl: optionalText(profile, 'ssoUrl', path),
    cacert: optionalText(profile, 'cacert', path),
  };
}

/** The document of `config.json`. */
export function configDocument({ profile, profiles }: Config): JsonObject {
  return {
    version: FILE_VERSION,
    ...(profile === undefined ? {} : { profile }),
    profiles: Object.fromEntries(profiles),
  };
}

/** The config with one key of one profile changed. undefined removes the key; an empty profile is removed. */
export function withProfileKey(
  config: Config,
  name: string,
  key: ProfileKey,
  value: string | undefined,
): Config {
  const profiles = new Map(config.profiles);
  const profile = { ...profiles.get(name), [key]: value };
  if (PROFILE_KEYS.every((known) => profile[known] === undefined)) profiles.delete(name);
  else profiles.set(name, profile);
  return { ...config, profiles };
}
