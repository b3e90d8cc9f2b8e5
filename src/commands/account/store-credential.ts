import { withProfileKey } from '../../config/config-file.ts';
import { type StoredCredential, withEntry } from '../../config/credential-file.ts';
import { BrokenFileError } from '../../config/json-file.ts';
import type { ProfileKey } from '../../config/profile-keys.ts';
import { tokenKey } from '../../config/token-file.ts';
import type { AccountContext } from '../../context.ts';

/** Keeps a credential for the profile and the API; a broken store is moved aside, which is said, and never overwritten. */
export async function storeCredential(
  entry: StoredCredential,
  { store, profile, connection, io }: Pick<AccountContext, 'store' | 'profile' | 'connection' | 'io'>,
): Promise<void> {
  const aside = await store.setBrokenCredentialsAside();
  if (aside !== null) io.warn(`${store.credentialsPath ?? ''} could not be read; it is ${aside} now`);
  await store.changeCredentials((credentials) =>
    withEntry(credentials, profile, connection.apiUrl.origin, entry),
  );
  if (entry.kind !== 'client') return;
  const key = tokenKey(entry);
  await store.forgetTokens((name) => name === key);
}

/** What `login` was told by flag is part of the profile from now on, or its credential would not be found again. */
export async function rememberAddresses({
  store,
  profile,
  connection,
  io,
}: Pick<AccountContext, 'store' | 'profile' | 'connection' | 'io'>): Promise<void> {
  const { apiUrl, ssoUrl, origins } = connection;
  const told: [ProfileKey, string][] = [];
  if (origins.apiUrl === '--api-url') told.push(['apiUrl', apiUrl.href]);
  if (origins.ssoUrl === '--sso-url') told.push(['ssoUrl', ssoUrl.href]);
  if (told.length === 0) return;
  try {
    await store.changeConfig((config) =>
      told.reduce((changed, [key, value]) => withProfileKey(changed, profile, key, value), config),
    );
    for (const [key, value] of told) io.info(`Profile ${profile} uses ${key} ${value} from now on.`);
  } catch (error) {
    if (!(error instanceof BrokenFileError)) throw error;
    io.warn(`${told.map(([key]) => key).join(' and ')} not kept for profile ${profile}: ${error.message}`);
  }
}
