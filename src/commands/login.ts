import type { Command } from 'commander';
import { parseSecret } from '../auth/secret-text.ts';
import { splitCommand } from '../auth/split-command.ts';
import type { StoredCredential } from '../config/credential-file.ts';
import { type CredentialSettings, toSettings } from '../config/credential-settings.ts';
import type { AccountContext } from '../context.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { forFlag, nonEmpty } from '../flags/flag-values.ts';
import { readText } from '../flags/ids.ts';
import { orCanceled } from '../terminal/prompts/or-canceled.ts';
import { describeCredential, whoamiDocument } from './account/account.ts';
import { rememberAddresses, storeCredential } from './account/store-credential.ts';

/** Which credential to store; `ask` prompts for it. */
export type LoginOptions = {
  readonly verify: boolean;
} & (
  | { readonly kind: 'ask' }
  | { readonly kind: 'token' }
  | {
      readonly kind: 'client';
      readonly tenant: string;
      readonly clientId: string;
      /** The secret is read from standard input instead of a prompt. */
      readonly isPiped: boolean;
    }
  | { readonly kind: 'command'; readonly command: string }
);

interface RawFlags {
  readonly withToken?: boolean;
  readonly tenant?: string;
  readonly clientId?: string;
  readonly withSecret?: boolean;
  readonly tokenCommand?: string;
  readonly verify: boolean;
}

const WAYS = 'pipe a token to login --with-token';

export function defineLogin(
  parent: Command,
  action: (options: LoginOptions, command: Command) => Promise<void>,
): void {
  parent
    .command('login')
    .summary('Sign in and store a credential')
    .description(
      'Check a credential against the API, and store it for this API and profile. Without flags, prompts for it. No flag takes a secret: type it, or pass it on standard input. Tokens come from client credentials: your tenant administrator provides a tenant short code, a client ID, and a client secret.',
    )
    .optionsGroup('Credential:')
    .option('--with-token', 'Read an access token from standard input')
    .option('--tenant <shortcode>', 'Tenant of client credentials', forFlag('--tenant', nonEmpty))
    .option('--client-id <id>', 'Client ID of client credentials', forFlag('--client-id', nonEmpty))
    .option('--with-secret', 'Read the client secret from standard input')
    .option(
      '--token-command <command>',
      'Run this command to get a token; its output is not stored',
      forFlag('--token-command', checkCommand),
    )
    .optionsGroup('Safety:')
    .option('--no-verify', 'Store the credential without checking it')
    .action((flags: RawFlags, self: Command) => action(toOptions(flags), self));
}

function checkCommand(text: string): string {
  splitCommand(text);
  return text;
}

function toOptions({
  withToken,
  tenant,
  clientId,
  withSecret,
  tokenCommand,
  verify,
}: RawFlags): LoginOptions {
  const isClient = tenant !== undefined || clientId !== undefined || withSecret === true;
  const ways = [withToken === true, isClient, tokenCommand !== undefined].filter(Boolean).length;
  if (ways > 1) {
    throw new ExpectedError('USAGE', 'use only one of a token, client credentials, and a token command', {
      hint: 'use a separate --profile NAME for each',
    });
  }
  if (isClient) {
    if (tenant === undefined || clientId === undefined) {
      throw new ExpectedError('USAGE', 'client credentials need --tenant and --client-id');
    }
    return { kind: 'client', tenant, clientId, isPiped: withSecret === true, verify };
  }
  if (tokenCommand !== undefined) return { kind: 'command', command: tokenCommand, verify };
  return { kind: withToken === true ? 'token' : 'ask', verify };
}

/** Stores a credential for one API, after that API has accepted it. */
export async function login(options: LoginOptions, context: AccountContext): Promise<void> {
  const { io, profile, connection } = context;
  const { entry, settings, expiresMs } = await gatherVerified(options, context);
  await storeCredential(entry, context);
  if (io.format === 'json') {
    io.json(whoamiDocument({ settings, check: options.verify ? 'accepted' : 'none', expiresMs }, context));
  }
  io.info(
    `Signed in to ${connection.apiUrl.origin} (profile ${profile}) with ${describeCredential(settings)}.`,
  );
  await rememberAddresses(context);
  warnOfOverride(context);
}

interface VerifiedCredential {
  readonly entry: StoredCredential;
  readonly settings: CredentialSettings;
  readonly expiresMs: number | null;
}

/** Prompts again if the API rejects a typed credential, because a paste is easily incomplete. */
async function gatherVerified(options: LoginOptions, context: AccountContext): Promise<VerifiedCredential> {
  const attempt = async (kind?: StoredCredential['kind']): Promise<VerifiedCredential> => {
    const entry = await orCanceled('Canceled. Nothing was stored.', context.signal, () =>
      gatherCredential(options, context, kind),
    );
    const settings = toSettings(entry, context.store.credentialsPath ?? '');
    try {
      return { entry, settings, expiresMs: options.verify ? await verify(settings, context) : null };
    } catch (error) {
      const mayRetry = kind === undefined && options.kind !== 'command' && context.io.canPrompt;
      if (!mayRetry || !isExpectedError(error, 'AUTH')) throw error;
      context.io.warn(`${error.message}; try again`);
      return await attempt(entry.kind);
    }
  };
  return await attempt();
}

async function verify(settings: CredentialSettings, context: AccountContext): Promise<number | null> {
  // A cached token of an earlier secret would hide that this one is wrong.
  const unstored = settings.kind === 'client' ? { ...settings, isStored: false } : settings;
  const { api, transport } = context.connectAs(unstored, { retries: 2 });
  try {
    await api.listDownloads(0, 1, context.signal);
    return api.credential.expiresMs();
  } catch (error) {
    if (!isExpectedError(error) || error.code === 'INTERRUPTED') throw error;
    const { httpStatus, hint } = error.details;
    const advice =
      error.code !== 'AUTH'
        ? [hint, 'use --no-verify to store it without a check']
            .filter((part) => part !== undefined)
            .join('; ')
        : httpStatus === undefined
          ? hint
          : `check the credential and that it belongs to ${api.url.origin}`;
    throw error.with({ hint: `not stored; ${advice ?? ''}` });
  } finally {
    await transport.close();
  }
}

async function gatherCredential(
  options: LoginOptions,
  context: AccountContext,
  kind?: StoredCredential['kind'],
): Promise<StoredCredential> {
  const { connection } = context;
  switch (options.kind) {
    case 'ask':
      return await askForCredential(context, kind);
    case 'token':
      return { kind: 'token', token: await readSecret('the token', '--with-token', context) };
    case 'client': {
      const { tenant, clientId, isPiped } = options;
      const clientSecret = isPiped
        ? await readSecret('the client secret', '--with-secret', context)
        : await askSecret('Client secret', 'pipe the secret to login … --with-secret', context);
      return { kind: 'client', ssoUrl: connection.ssoUrl.href, tenant, clientId, clientSecret };
    }
    case 'command':
      return { kind: 'command', command: options.command };
  }
}

const KIND_QUESTION = {
  kind: 'choice',
  message: 'Sign in with',
  choices: [
    { value: 'token', label: 'access token' },
    { value: 'client', label: 'client credentials' },
    { value: 'command', label: 'command that prints a token' },
  ],
} as const;

async function askForCredential(
  context: AccountContext,
  knownKind?: StoredCredential['kind'],
): Promise<StoredCredential> {
  const { io, signal, connection, profile } = context;
  if (!io.canPrompt) {
    throw new ExpectedError('USAGE', 'cannot prompt for credentials: no terminal', {
      hint: WAYS,
    });
  }
  if (knownKind === undefined) io.info(`Signing in to ${connection.apiUrl.origin} (profile ${profile}).`);
  const kind = knownKind ?? (await io.ask(KIND_QUESTION, signal));
  const askText = (message: string, check: (answer: string) => unknown) =>
    io.ask({ kind: 'text', message, check: (answer) => problemOf(() => check(answer)) }, signal);
  if (kind === 'token') return { kind: 'token', token: await askSecret('Paste the token', WAYS, context) };
  if (kind === 'command') return { kind: 'command', command: await askText('Command', splitCommand) };
  return {
    kind: 'client',
    ssoUrl: connection.ssoUrl.href,
    tenant: await askText('Tenant', nonEmpty),
    clientId: await askText('Client ID', nonEmpty),
    clientSecret: await askSecret('Client secret', WAYS, context),
  };
}

async function askSecret(
  message: string,
  otherWay: string,
  { io, signal }: Pick<AccountContext, 'io' | 'signal'>,
): Promise<string> {
  if (!io.canPrompt) {
    throw new ExpectedError('USAGE', 'cannot prompt for the secret: no terminal', { hint: otherWay });
  }
  const check = (answer: string) => problemOf(() => parseSecret(answer, 'it'));
  return await io.ask({ kind: 'secret', message, check }, signal);
}

/** From standard input. In a terminal, prompts without an echo. */
async function readSecret(name: string, flag: string, context: AccountContext): Promise<string> {
  const {
    io,
    world: { stdin },
  } = context;
  if (stdin.isTTY === true) {
    if (io.canPrompt) return await askSecret(`Paste ${name}`, WAYS, context);
    throw new ExpectedError('USAGE', `cannot read ${name}: standard input is a terminal`, {
      hint: `use login ${flag} < FILE`,
    });
  }
  const hint = 'pass only the value, on one line';
  return parseSecret(await readText(stdin), name, hint);
}

/** The problem with a response, or null. */
function problemOf(check: () => unknown): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (!isExpectedError(error)) throw error;
    return error.message;
  }
}

/** A credential in the environment overrides the stored one. */
function warnOfOverride({ io, world }: Pick<AccountContext, 'io' | 'world'>): void {
  const names = [
    'STREAMDIVER_TOKEN',
    'STREAMDIVER_TOKEN_FILE',
    'STREAMDIVER_CLIENT_SECRET',
    'STREAMDIVER_CLIENT_SECRET_FILE',
  ];
  const set = names.find((name) => world.env[name]);
  if (set !== undefined)
    io.warn(`${set} is set and overrides the stored credential; unset it to use this sign-in`);
}
