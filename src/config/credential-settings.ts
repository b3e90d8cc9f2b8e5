import { parseSecret } from '../auth/secret-text.ts';
import { ExpectedError } from '../errors.ts';
import type { Credentials, StoredCredential } from './credential-file.ts';
import type { Environment } from './settings.ts';

export type CredentialSettings =
  | { readonly kind: 'token'; readonly token: string; readonly source: string }
  | {
      readonly kind: 'client';
      readonly tenant: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly source: string;
      /** Whether `login` stored it. Only then are its tokens cached. */
      readonly isStored: boolean;
    }
  | { readonly kind: 'command'; readonly command: string; readonly source: string }
  | { readonly kind: 'anonymous' };

export interface CredentialSources {
  readonly env: Environment;
  /** Reads a small text file; throws when it cannot. */
  readonly readTextFile: (path: string) => Promise<string>;
  /** The stored credential; read only if the environment has none. */
  readonly stored: () => Promise<CredentialSettings>;
}

/**
 * The environment takes precedence over the store. In each, a token takes precedence over client credentials, and a
 * value over a file.
 * @throws ExpectedError CONFIG for incomplete settings, AUTH for a malformed secret or none for this origin
 */
export async function resolveCredential({
  env,
  readTextFile,
  stored,
}: CredentialSources): Promise<CredentialSettings> {
  const secret = async (name: string): Promise<{ value: string; source: string } | null> => {
    if (isSet(env[name])) return { value: parseSecret(env[name], name), source: name };
    const file = env[`${name}_FILE`];
    if (!isSet(file)) return null;
    const hint = `store only the value in ${file}, on one line`;
    const value = parseSecret(await readTextFile(file), `${file} (${name}_FILE)`, hint);
    return { value, source: `${name}_FILE` };
  };
  const token = await secret('STREAMDIVER_TOKEN');
  if (token !== null) return { kind: 'token', token: token.value, source: token.source };
  const tenant = env.STREAMDIVER_TENANT;
  const clientId = env.STREAMDIVER_CLIENT_ID;
  const clientSecret = await secret('STREAMDIVER_CLIENT_SECRET');
  if (!isSet(tenant) && !isSet(clientId) && clientSecret === null) return await stored();
  if (!isSet(tenant) || !isSet(clientId) || clientSecret === null) {
    const missing = [
      isSet(tenant) ? [] : ['STREAMDIVER_TENANT'],
      isSet(clientId) ? [] : ['STREAMDIVER_CLIENT_ID'],
      clientSecret === null ? ['STREAMDIVER_CLIENT_SECRET'] : [],
    ].flat();
    throw new ExpectedError('CONFIG', `incomplete client credentials: ${missing.join(' and ')} not set`, {
      hint: 'set all three variables, or only STREAMDIVER_TOKEN',
    });
  }
  return {
    kind: 'client',
    tenant,
    clientId,
    clientSecret: clientSecret.value,
    source: clientSecret.source,
    isStored: false,
  };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

export interface StoredLookup {
  readonly profile: string;
  readonly apiUrl: URL;
  readonly ssoUrl: URL;
  /** Path of the file that contains them. */
  readonly source: string;
}

/**
 * The stored credential of a profile and an API. A profile that is signed in only to other APIs is an error instead
 * of anonymous, because the user expects to be signed in.
 * @throws ExpectedError AUTH if there is none for this origin
 */
export function storedCredential(
  credentials: Credentials,
  { profile, apiUrl, ssoUrl, source }: StoredLookup,
): CredentialSettings {
  const byOrigin = credentials.get(profile);
  if (byOrigin === undefined || byOrigin.size === 0) return { kind: 'anonymous' };
  const entry = byOrigin.get(apiUrl.origin);
  if (entry === undefined) {
    throw new ExpectedError(
      'AUTH',
      `no credential for ${apiUrl.origin}: profile ${profile} is signed in to ${[...byOrigin.keys()].join(', ')}`,
      { hint: `to sign in, run: ${loginCommand(profile, apiUrl)}` },
    );
  }
  if (entry.kind === 'client' && new URL(entry.ssoUrl).origin !== ssoUrl.origin) {
    throw new ExpectedError(
      'AUTH',
      `no credential for ${ssoUrl.origin}: profile ${profile} has a client secret for ${entry.ssoUrl}`,
      { hint: `omit --sso-url, or sign in with: ${loginCommand(profile, apiUrl)}` },
    );
  }
  return toSettings(entry, source);
}

export function toSettings(entry: StoredCredential, source: string): CredentialSettings {
  if (entry.kind !== 'client') return { ...entry, source };
  const { tenant, clientId, clientSecret } = entry;
  return { kind: 'client', tenant, clientId, clientSecret, source, isStored: true };
}

function loginCommand(profile: string, apiUrl: URL): string {
  return `streamdiver-dl login --profile ${profile} --api-url ${apiUrl.href}`;
}
