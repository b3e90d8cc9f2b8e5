import { withProfileKey } from '../../config/config-file.ts';
import { type StoredCredential, withEntry } from '../../config/credential-file.ts';
import { BrokenFileError } from '../../config/json-file.ts';
import type { ProfileKey } from '../../config/profile-keys.ts';
import { tokenKey } from '../../config/token-file.ts';
import type { AccountContext } from '../../context.ts';

/** Stores a credential for the profile and the API. Moves an unusable store aside with a warning, instead of overwriting it. */
export async function storeCredential(
  entry: StoredCredential,
  { store, profile, connection, io }: Pick<AccountContext, 'store' | 'profile' | 'connection' | 'io'>,
): Promise<void> {
  const aside = await store.setBrokenCredentialsAside();
  if (aside !== null) io.warn(`cannot read ${store.credentialsPath ?? ''}; moved it to ${aside}`);
  await store.changeCredentials((credentials) =>
    withEntry(credentials, profile, connection.apiUrl.origin, entry),
  );
  if (entry.kind !== 'client') return;
  const key = tokenKey(entry);
  await store.forgetTokens((name) => name === key);
}

/** Stores URLs from flags in the profile, because the stored credential depends on them. */
export async function rememberAddresses({
  store,
  profile,
  connection,
  io,
}: Pick<AccountContext, 'store' | 'profile' | 'connection' | 'io'>): Promise<void> {
  const { apiUrl, ssoUrl, origins } = connection;
  const flagged: [ProfileKey, string][] = [];
  if (origins.apiUrl === '--api-url') flagged.push(['apiUrl', apiUrl.href]);
  if (origins.ssoUrl === '--sso-url') flagged.push(['ssoUrl', ssoUrl.href]);
  if (flagged.length === 0) return;
  try {
    await store.changeConfig((config) =>
      flagged.reduce((changed, [key, value]) => withProfileKey(changed, profile, key, value), config),
    );
    for (const [key, value] of flagged) io.info(`Set ${key} to ${value} (profile ${profile}).`);
  } catch (error) {
    if (!(error instanceof BrokenFileError)) throw error;
    io.warn(
      `${flagged.map(([key]) => key).join(' and ')} not stored in profile ${profile}: ${error.message}`,
    );
  }
}
