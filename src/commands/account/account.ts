import { readClaims } from '../../auth/token-claims.ts';
import type { CredentialSettings } from '../../config/credential-settings.ts';
import type { AccountContext } from '../../context.ts';

/** What is known about a credential. */
export interface Identity {
  readonly settings: CredentialSettings;
  /** Whether the API accepted or refused the credential; `none` if it was not checked. */
  readonly check: 'accepted' | 'refused' | 'none';
  /** When the active token expires; null if unknown. */
  readonly expiresMs: number | null;
}

const SHOWN_CHARACTERS = 4;
/** For a shorter secret, even four characters would reveal too much. */
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
    verified: check === 'accepted',
  };
}

/** The kind of credential, and the last characters of a token. */
export function describeCredential(settings: CredentialSettings): string {
  switch (settings.kind) {
    case 'token': {
      const { token } = settings;
      return token.length < SHORT_SECRET ? 'token' : `token …${token.slice(-SHOWN_CHARACTERS)}`;
    }
    case 'client':
      return `client ${settings.clientId} of tenant ${settings.tenant}`;
    case 'command':
      // The arguments can contain secrets.
      return `token command ${settings.command.trim().split(/\s/)[0] ?? ''}`;
    case 'anonymous':
      return 'none';
  }
}

/** Null if the credential does not contain it. */
export function tenantOf(settings: CredentialSettings): string | null {
  if (settings.kind === 'client') return settings.tenant;
  return settings.kind === 'token' ? readClaims(settings.token).tenant : null;
}
