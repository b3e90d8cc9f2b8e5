import type { Command } from 'commander';
import { type CredentialSettings, toSettings } from '../config/credential-settings.ts';
import type { AccountContext } from '../context.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { formatRelativeTime } from '../terminal/text/format.ts';
import { PROGRAM } from '../version.ts';
import { describeCredential, type Identity, tenantOf, whoamiDocument } from './account/account.ts';

export interface WhoamiOptions {
  readonly verify: boolean;
  /** List the credentials of all profiles. */
  readonly all: boolean;
}

interface RawFlags {
  readonly verify: boolean;
  readonly all?: boolean;
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
    .option('--all', 'List the stored credentials of all profiles, without a check')
    .action(({ verify, all }: RawFlags, self: Command) => action({ verify, all: all === true }, self));
}

const VERIFIED: Readonly<Record<Identity['check'], string>> = {
  accepted: 'yes',
  refused: 'no, the API rejected it',
  none: 'no, not checked',
};

/** Exits with 4 when there is no credential or the API rejects it. The document is complete in either case. */
export async function whoami({ verify, all }: WhoamiOptions, context: AccountContext): Promise<void> {
  if (all) return await listProfiles(context);
  const settings = await findCredential(context);
  const { identity, error } = verify
    ? await verifyCredential(settings, context)
    : {
        identity: { settings, check: 'none' as const, expiresMs: await knownExpiry(settings, context) },
        error: null,
      };
  const { io, clock } = context;
  const document = whoamiDocument(identity, context);
  if (io.format === 'json') {
    if (error !== null) throw error.with({ document });
    io.json(document);
    return;
  }
  const rows = rowsOf(identity, context, clock.now());
  io.listing({
    items: rows,
    columns: [
      { key: 'key', heading: 'WHAT', text: ({ key }) => key },
      { key: 'value', heading: 'VALUE', text: ({ value }) => value, shrinks: true },
    ],
    document,
    itemDocument: (row) => ({ ...row }),
    emptyText: 'Nothing',
  });
  if (error !== null) throw error;
}

interface ProfileRow {
  readonly profile: string;
  readonly apiOrigin: string;
  readonly credential: string;
  readonly active: boolean;
}

/** Lists stored credentials; the active one is that of the current profile and API. */
async function listProfiles({ io, store, profile, connection }: AccountContext): Promise<void> {
  const rows = [...(await store.readCredentials())].flatMap(([name, byOrigin]) =>
    [...byOrigin].map(
      ([apiOrigin, entry]): ProfileRow => ({
        profile: name,
        apiOrigin,
        credential: describeCredential(toSettings(entry, store.credentialsPath ?? '')),
        active: name === profile && apiOrigin === connection.apiUrl.origin,
      }),
    ),
  );
  io.listing({
    items: rows,
    columns: [
      { key: 'profile', heading: 'PROFILE', text: (row) => row.profile },
      { key: 'apiOrigin', heading: 'API', text: (row) => row.apiOrigin, shrinks: true },
      { key: 'credential', heading: 'CREDENTIAL', text: (row) => row.credential, shrinks: true },
      {
        key: 'active',
        heading: 'STATUS',
        text: (row) => (row.active ? 'yes' : ''),
        display: (row) => (row.active ? 'active' : ''),
      },
    ],
    document: { items: rows, count: rows.length, truncated: false },
    itemDocument: (row) => ({ ...row }),
    emptyText: 'No stored credentials',
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

async function verifyCredential(
  settings: CredentialSettings,
  context: AccountContext,
): Promise<{ identity: Identity; error: ExpectedError | null }> {
  const { api, transport } = context.connectAs(settings, { retries: 2 });
  const identityOf = (check: Identity['check']): Identity => ({
    settings,
    check,
    expiresMs: api.credential.expiresMs(),
  });
  try {
    await api.listDownloads(0, 1, context.signal);
    return { identity: identityOf('accepted'), error: null };
  } catch (error) {
    if (!isExpectedError(error) || error.code === 'INTERRUPTED') throw error;
    const isRefused = error.code === 'AUTH';
    return {
      identity: identityOf(isRefused ? 'refused' : 'none'),
      error: isRefused ? explainRefusal(error, settings) : error,
    };
  } finally {
    await transport.close();
  }
}

/** Names the source of a rejected token, and how to replace it. */
function explainRefusal(error: ExpectedError, settings: CredentialSettings): ExpectedError {
  if (error.details.httpStatus !== 401 || settings.kind === 'anonymous') return error;
  const { source } = settings;
  const isVariable = source.startsWith('STREAMDIVER_');
  const what = settings.kind === 'client' ? 'client credentials' : 'token';
  return new ExpectedError(
    'AUTH',
    `the ${what} from ${source} ${settings.kind === 'client' ? 'were' : 'was'} rejected`,
    {
      ...error.details,
      cause: error,
      hint: isVariable ? `replace or unset ${source}` : `run '${PROGRAM} login' to replace it`,
    },
  );
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
    { key: 'verified', value: VERIFIED[check] },
  ];
}
