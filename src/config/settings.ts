import { parseSecret } from '../auth/secret-text.ts';
import { ExpectedError } from '../errors.ts';
import { isLoopback } from '../http/origin.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The global flags that decide where requests go. */
export interface ConnectionFlags {
  readonly profile?: string | undefined;
  readonly apiUrl?: string | undefined;
  readonly ssoUrl?: string | undefined;
  readonly cacert?: string | undefined;
  readonly anonymous?: boolean | undefined;
}

/** What a profile of the config file may hold. */
export interface Profile {
  readonly apiUrl?: string | undefined;
  readonly ssoUrl?: string | undefined;
  readonly cacert?: string | undefined;
}

export type CredentialSettings =
  | { readonly kind: 'token'; readonly token: string; readonly source: string }
  | {
      readonly kind: 'client';
      readonly tenant: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly source: string;
    }
  | { readonly kind: 'anonymous' };

export interface Settings {
  readonly apiUrl: URL;
  readonly ssoUrl: URL;
  readonly credential: CredentialSettings;
  /** PEM files to trust beside the built-in authorities. */
  readonly certificateFiles: readonly string[];
}

export interface SettingsSources {
  readonly flags: ConnectionFlags;
  readonly env: Environment;
  readonly profile: Profile;
  /** Reads a small text file; throws when it cannot. */
  readonly readTextFile: (path: string) => string;
}

export const DEFAULT_API_URL = 'https://api.streamdiver.com/v2';
export const DEFAULT_SSO_URL = 'https://sso.streamdiver.com';

/**
 * One setting after the other: flag, environment, profile, default. An empty value counts as unset.
 * @throws ExpectedError CONFIG for a value that cannot be used, AUTH for a malformed secret
 */
export function resolveSettings({ flags, env, profile, readTextFile }: SettingsSources): Settings {
  const first = (...values: (string | undefined)[]) =>
    values.find((value) => value !== undefined && value !== '');
  const apiUrl = parseBaseUrl(
    first(flags.apiUrl, env.STREAMDIVER_API_URL, profile.apiUrl) ?? DEFAULT_API_URL,
    'the API URL',
  );
  const ssoUrl = parseBaseUrl(
    first(flags.ssoUrl, env.STREAMDIVER_SSO_URL, profile.ssoUrl) ?? DEFAULT_SSO_URL,
    'the SSO URL',
  );
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0' && !(isLoopback(apiUrl) && isLoopback(ssoUrl))) {
    throw new ExpectedError(
      'CONFIG',
      'NODE_TLS_REJECT_UNAUTHORIZED=0 would send the credential to anybody; refused',
      {
        hint: 'unset it, and name your own certificate authority with --cacert FILE',
      },
    );
  }
  const ownAuthority = first(flags.cacert, env.STREAMDIVER_CA_FILE, profile.cacert, env.SSL_CERT_FILE);
  const certificateFiles = [ownAuthority, first(env.NODE_EXTRA_CA_CERTS)].filter(
    (file) => file !== undefined,
  );
  return {
    apiUrl,
    ssoUrl,
    credential: flags.anonymous === true ? { kind: 'anonymous' } : resolveCredential(env, readTextFile),
    // Node reads NODE_EXTRA_CA_CERTS by itself as long as no certificates are named.
    certificateFiles: ownAuthority === undefined ? [] : certificateFiles,
  };
}

/** A token wins over client credentials; a file is read where the value itself is not given. */
function resolveCredential(env: Environment, readTextFile: (path: string) => string): CredentialSettings {
  const secret = (name: string): { value: string; source: string } | null => {
    if (isSet(env[name])) return { value: parseSecret(env[name], name), source: name };
    const file = env[`${name}_FILE`];
    if (!isSet(file)) return null;
    return { value: parseSecret(readTextFile(file), `${name}_FILE`), source: `${name}_FILE` };
  };
  const token = secret('STREAMDIVER_TOKEN');
  if (token !== null) return { kind: 'token', token: token.value, source: token.source };
  const tenant = env.STREAMDIVER_TENANT;
  const clientId = env.STREAMDIVER_CLIENT_ID;
  const clientSecret = secret('STREAMDIVER_CLIENT_SECRET');
  if (!isSet(tenant) && !isSet(clientId) && clientSecret === null) return { kind: 'anonymous' };
  if (!isSet(tenant) || !isSet(clientId) || clientSecret === null) {
    const missing = [
      isSet(tenant) ? [] : ['STREAMDIVER_TENANT'],
      isSet(clientId) ? [] : ['STREAMDIVER_CLIENT_ID'],
      clientSecret === null ? ['STREAMDIVER_CLIENT_SECRET'] : [],
    ].flat();
    throw new ExpectedError('CONFIG', `client credentials are incomplete: ${missing.join(' and ')} not set`, {
      hint: 'set all three, or STREAMDIVER_TOKEN alone',
    });
  }
  return { kind: 'client', tenant, clientId, clientSecret: clientSecret.value, source: clientSecret.source };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

/** https only, http on loopback for sandboxes; no user info, query or fragment. */
function parseBaseUrl(text: string, what: string): URL {
  if (!URL.canParse(text)) {
    throw new ExpectedError('CONFIG', `${what} is not a URL: ${JSON.stringify(text)}`, {
      hint: `write it like ${DEFAULT_API_URL}`,
    });
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new ExpectedError('CONFIG', `${what} must not hold a user name or password`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw new ExpectedError('CONFIG', `${what} must not have a query or fragment`);
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    throw new ExpectedError(
      'CONFIG',
      `${what} must be https (http only on this machine): ${url.protocol}//${url.host}`,
    );
  }
  return url;
}
