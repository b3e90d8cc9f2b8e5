import { readClaims } from '../../auth/token-claims.ts';
import type { CredentialSettings } from '../../config/credential-settings.ts';
import type { AccountContext } from '../../context.ts';

/** What can be told about a credential without the service. */
export interface Identity {
  readonly settings: CredentialSettings;
  /** Whether the service was asked and agreed, refused, or was not asked. */
  readonly check: 'accepted' | 'refused' | 'none';
  /** When the token in use expires, where that is known. */
  readonly expiresMs: number | null;
}

const SHOWN_CHARACTERS = 4;
/** Of a shorter secret even four characters would be a good part. */
const SHORT_SECRET = 16;

/** The `--json` document of `whoami` and `login`. */
export function whoamiDocument(
  { settings, check, expiresMs }: Identity,
  { profile, connection }: Pick<AccountContext, 'profile' | 'connection'>,
): Readonly<Record<string, unknown>> {
  return {
    authenticated: settings.kind !== 'anonymous' && check !== 'refused',
    profile,
    source: settings.kind === 'anonymous' ? null : settings.source,
    tenant: tenantOf(settings),
    apiUrl: connection.apiUrl.href,
    expires: expiresMs === null ? null : new Date(expiresMs).toISOString(),
    verified: check !== 'none',
  };
}

/** The kind of credential in words, and of a token its last characters. */
export function describeCredential(settings: CredentialSettings): string {
  switch (settings.kind) {
    case 'token': {
      const { token } = settings;
      return token.length < SHORT_SECRET ? 'token' : `token …${token.slice(-SHOWN_CHARACTERS)}`;
    }
    case 'client':
      return `client ${settings.clientId} of tenant ${settings.tenant}`;
    case 'command':
      // The words after the program may be secrets.
      return `token command ${settings.command.trim().split(/\s/)[0] ?? ''}`;
    case 'anonymous':
      return 'none';
  }
}

/** Null for credentials that do not tell. */
export function tenantOf(settings: CredentialSettings): string | null {
  if (settings.kind === 'client') return settings.tenant;
  return settings.kind === 'token' ? readClaims(settings.token).tenant : null;
}
