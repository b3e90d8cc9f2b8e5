import { ExpectedError } from '../errors.ts';
import { isLoopback } from '../http/origin.ts';
import type { Config, Profile } from './config-file.ts';
import type { ProfileKey } from './profile-keys.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The global flags that determine where requests go. */
export interface ConnectionFlags {
  readonly profile?: string | undefined;
  readonly apiUrl?: string | undefined;
  readonly ssoUrl?: string | undefined;
  readonly cacert?: string | undefined;
}

/** Where requests go, and the source of each value: a flag, a variable, `profile NAME`, or `default`. */
export interface Connection {
  readonly apiUrl: URL;
  readonly ssoUrl: URL;
  /** PEM files to trust in addition to the built-in authorities. */
  readonly certificateFiles: readonly string[];
  readonly cacert: string | null;
  readonly origins: Readonly<Record<ProfileKey, string>>;
}

export interface ConnectionSources {
  readonly flags: ConnectionFlags;
  readonly env: Environment;
  readonly profileName: string;
  readonly profile: Profile;
}

export const DEFAULT_PROFILE = 'default';
export const DEFAULT_API_URL = 'https://api.streamdiver.com/v2';
export const DEFAULT_SSO_URL = 'https://sso.streamdiver.com';

/**
 * The first of these: the flag, the environment, the config file, `default`. Empty values count as unset.
 * @throws ExpectedError CONFIG for a name that would need quotes in a shell
 */
export function resolveProfileName(
  flags: ConnectionFlags,
  env: Environment,
  config: Pick<Config, 'profile'>,
): { readonly name: string; readonly origin: string } {
  const { value, origin } = first(
    ['--profile', flags.profile],
    ['STREAMDIVER_PROFILE', env.STREAMDIVER_PROFILE],
    ['config.json', config.profile],
  );
  const name = value ?? DEFAULT_PROFILE;
  if (!/^\w[\w.-]{0,63}$/.test(name)) {
    throw new ExpectedError('CONFIG', `invalid profile name: ${JSON.stringify(name)} (${origin})`, {
      hint: 'use at most 64 letters, digits, dots, dashes, and underscores',
    });
  }
  return { name, origin };
}

/**
 * For each setting, the first of these: the flag, the environment, the profile, the default. Empty values count as unset.
 * @throws ExpectedError CONFIG for an unusable value
 */
export function resolveConnection({ flags, env, profileName, profile }: ConnectionSources): Connection {
  const ofProfile = `profile ${profileName}`;
  const api = first(
    ['--api-url', flags.apiUrl],
    ['STREAMDIVER_API_URL', env.STREAMDIVER_API_URL],
    [ofProfile, profile.apiUrl],
  );
  const sso = first(
    ['--sso-url', flags.ssoUrl],
    ['STREAMDIVER_SSO_URL', env.STREAMDIVER_SSO_URL],
    [ofProfile, profile.ssoUrl],
  );
  const cacert = first(
    ['--cacert', flags.cacert],
    ['STREAMDIVER_CA_FILE', env.STREAMDIVER_CA_FILE],
    [ofProfile, profile.cacert],
    ['SSL_CERT_FILE', env.SSL_CERT_FILE],
  );
  const apiUrl = parseBaseUrl(api.value ?? DEFAULT_API_URL, 'the API URL');
  const ssoUrl = parseBaseUrl(sso.value ?? DEFAULT_SSO_URL, 'the SSO URL');
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0' && !(isLoopback(apiUrl) && isLoopback(ssoUrl))) {
    throw new ExpectedError(
      'CONFIG',
      'NODE_TLS_REJECT_UNAUTHORIZED=0 is refused: the credential could go to any server',
      {
        hint: 'unset it, and use --cacert FILE for your own certificate authority',
      },
    );
  }
  const extra = first(['NODE_EXTRA_CA_CERTS', env.NODE_EXTRA_CA_CERTS]).value;
  return {
    apiUrl,
    ssoUrl,
    cacert: cacert.value ?? null,
    // Node reads NODE_EXTRA_CA_CERTS automatically unless certificates are given.
    certificateFiles:
      cacert.value === undefined ? [] : [cacert.value, ...(extra === undefined ? [] : [extra])],
    origins: { apiUrl: api.origin, ssoUrl: sso.origin, cacert: cacert.origin },
  };
}

/** The first value that is set, with its source. */
function first(...candidates: readonly (readonly [origin: string, value: string | undefined])[]): {
  readonly value: string | undefined;
  readonly origin: string;
} {
  const found = candidates.find(([, value]) => value !== undefined && value !== '');
  return { value: found?.[1], origin: found?.[0] ?? 'default' };
}

/**
 * Accepts https, and http on loopback for sandboxes. No user info, query, or fragment.
 * @throws ExpectedError CONFIG
 */
export function parseBaseUrl(text: string, what: string): URL {
  if (!URL.canParse(text)) {
    throw new ExpectedError('CONFIG', `${what} is not a URL: ${JSON.stringify(text)}`, {
      hint: `use a URL such as ${DEFAULT_API_URL}`,
    });
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new ExpectedError('CONFIG', `${what} must not contain a user name or password`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw new ExpectedError('CONFIG', `${what} must not contain a query or fragment`);
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    throw new ExpectedError(
      'CONFIG',
      `${what} must use https (http only on loopback): ${url.protocol}//${url.host}`,
    );
  }
  return url;
}
