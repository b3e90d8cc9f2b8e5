import type { Command } from 'commander';
import type { CredentialSettings } from '../config/credential-settings.ts';
import type { AccountContext } from '../context.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { formatRelativeTime } from '../terminal/text/format.ts';
import { describeCredential, type Identity, tenantOf, whoamiDocument } from './account/account.ts';

export interface WhoamiOptions {
  readonly verify: boolean;
}

export function defineWhoami(
  parent: Command,
  action: (options: WhoamiOptions, command: Command) => Promise<void>,
): void {
  parent
    .command('whoami')
    .summary('Show the active credential')
    .description('Show the active credential, its source, and whether the API accepts it.')
    .optionsGroup('Scope:')
    .option('--no-verify', 'Skip the check against the API')
    .action((flags: WhoamiOptions, self: Command) => action({ verify: flags.verify }, self));
}

/** Exits with 4 when there is no credential or the API rejects it. The document is complete in either case. */
export async function whoami({ verify }: WhoamiOptions, context: AccountContext): Promise<void> {
  const settings = await findCredential(context);
  const identity = verify
    ? await askService(settings, context)
    : { settings, check: 'none' as const, expiresMs: await knownExpiry(settings, context) };
  const { io, clock } = context;
  if (io.format === 'json') {
    io.json(whoamiDocument(identity, context));
    return;
  }
  const rows = rowsOf(identity, context, clock.now());
  io.listing({
    items: rows,
    columns: [
      { key: 'key', heading: 'WHAT', text: ({ key }) => key },
      { key: 'value', heading: 'VALUE', text: ({ value }) => value, shrinks: true },
    ],
    document: whoamiDocument(identity, context),
    itemDocument: (row) => ({ ...row }),
    emptyText: 'Nothing',
  });
}

async function findCredential(context: AccountContext): Promise<CredentialSettings> {
  const { connection, profile, findCredential: find } = context;
  const nobody = whoamiDocument({ settings: { kind: 'anonymous' }, check: 'none', expiresMs: null }, context);
  try {
    const settings = await find();
    if (settings.kind !== 'anonymous') return settings;
  } catch (error) {
    throw isExpectedError(error, 'AUTH') ? error.with({ document: nobody }) : error;
  }
  throw new ExpectedError('AUTH', `not signed in to ${connection.apiUrl.origin} (profile ${profile})`, {
    hint: "run 'streamdiver-dl login', or set STREAMDIVER_TOKEN",
    document: nobody,
  });
}

async function askService(settings: CredentialSettings, context: AccountContext): Promise<Identity> {
  const { api, transport } = context.connectAs(settings, { retries: 2 });
  try {
    await api.listDownloads(0, 1, context.signal);
    return { settings, check: 'accepted', expiresMs: api.credential.expiresMs() };
  } catch (error) {
    if (!isExpectedError(error)) throw error;
    const check = error.code === 'AUTH' ? 'refused' : 'none';
    const identity: Identity = { settings, check, expiresMs: api.credential.expiresMs() };
    throw error.with({ document: whoamiDocument(identity, context) });
  } finally {
    await transport.close();
  }
}

/** Without a request: the expiry in the token's claims, or that of the cached token. */
async function knownExpiry(
  settings: CredentialSettings,
  { connectAs, store, connection }: AccountContext,
): Promise<number | null> {
  if (settings.kind === 'client' && settings.isStored) {
    const cached = await store.tokenCache({ ...settings, ssoUrl: connection.ssoUrl.href }).read();
    return cached?.expiresMs ?? null;
  }
  const { api, transport } = connectAs(settings);
  await transport.close();
  return api.credential.expiresMs();
}

function rowsOf(
  { settings, check, expiresMs }: Identity,
  { connection, profile }: AccountContext,
  nowMs: number,
): readonly { key: string; value: string }[] {
  const source = settings.kind === 'anonymous' ? '' : settings.source;
  const expires =
    expiresMs === null
      ? 'unknown'
      : `${formatRelativeTime(expiresMs, nowMs)} (${new Date(expiresMs).toISOString()})`;
  return [
    { key: 'API', value: connection.apiUrl.href },
    { key: 'profile', value: profile },
    { key: 'credential', value: describeCredential(settings) },
    { key: 'source', value: source },
    { key: 'tenant', value: tenantOf(settings) ?? 'unknown' },
    { key: 'expires', value: expires },
    { key: 'verified', value: check === 'accepted' ? 'yes, the API accepts it' : 'no, not asked' },
  ];
}
