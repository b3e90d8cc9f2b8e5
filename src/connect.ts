import { createApi } from './api/client.ts';
import { clientCredential } from './auth/client-credential.ts';
import {
  anonymousCredential,
  type Credential,
  commandCredential,
  tokenCredential,
} from './auth/credential.ts';
import type { Config } from './config/config-file.ts';
import {
  type CredentialSettings,
  resolveCredential,
  storedCredential,
} from './config/credential-settings.ts';
import { configFolder } from './config/folder.ts';
import { BrokenFileError } from './config/json-file.ts';
import { resolveProxy } from './config/proxy.ts';
import {
  type Connection,
  DEFAULT_PROFILE,
  resolveConnection,
  resolveProfileName,
} from './config/settings.ts';
import { createStore, type Store } from './config/store.ts';
import type { AccountContext, AccountOptions, ConnectionOptions, Context, LocalContext } from './context.ts';
import { readNamedFile, UnusableFileError } from './disk/read-named-file.ts';
import { ExpectedError } from './errors.ts';
import type { GlobalFlags } from './flags/global-flags.ts';
import { createTransport, type Transport } from './http/transport.ts';
import { PROGRAM, VERSION } from './version.ts';

const DEFAULT_RETRIES = 5;

/**
 * Creates the API client from flags, environment, and stored settings. Does not connect yet.
 * @throws ExpectedError CONFIG or AUTH for an unusable setting
 */
export async function connect(
  local: LocalContext,
  flags: GlobalFlags,
  options: ConnectionOptions = {},
): Promise<Context> {
  const account = await openAccount(local, flags);
  const credential: CredentialSettings =
    options.anonymous === true ? { kind: 'anonymous' } : await account.findCredential();
  return account.connectAs(credential, options);
}

/**
 * Reads the API, profile, and credential from flags, environment, and stored settings.
 * @throws ExpectedError CONFIG for an unusable setting
 */
export async function openAccount(
  local: LocalContext,
  flags: GlobalFlags,
  { isNewProfile = false, isBrokenConfigIgnored = false }: AccountOptions = {},
): Promise<AccountContext> {
  const { world, io } = local;
  const store = openStore(local);
  const config = await readConfig(store, isBrokenConfigIgnored ? (text) => io.warn(text) : null);
  const { name: profile, origin: profileOrigin } = resolveProfileName(flags, world.env, config);
  if (!isNewProfile) await refuseUnknownProfile(profile, profileOrigin, config, store);
  let resolved: Connection | undefined;
  const connection = () =>
    (resolved ??= resolveConnection({
      flags,
      env: world.env,
      profileName: profile,
      profile: config.profiles.get(profile) ?? {},
    }));
  return {
    ...local,
    flags,
    store,
    profile,
    profileOrigin,
    get connection() {
      return connection();
    },
    findCredential: () =>
      resolveCredential({
        env: world.env,
        readTextFile: (file) => readTextFile(file, local),
        stored: async () =>
          storedCredential(await store.readCredentials(), {
            ...connection(),
            profile,
            source: store.credentialsPath ?? 'the store',
          }),
      }),
    connectAs: (credential, options) => openApi(local, connection(), store, credential, options),
  };
}

function openStore({ world, clock, signal, io }: LocalContext): Store {
  const { env, platform, userId } = world;
  return createStore({
    folder: configFolder(env, platform),
    userId,
    owner: world,
    clock,
    platform,
    signal,
    warn: (text) => io.warn(text),
    onCacheProblem: (text) => io.verbose(1, text),
  });
}

/** An unusable config stops every command except `login`, which ignores it with a warning. */
async function readConfig(store: Store, warnOfBroken: ((text: string) => void) | null): Promise<Config> {
  try {
    return await store.readConfig();
  } catch (error) {
    if (warnOfBroken === null || !(error instanceof BrokenFileError)) throw error;
    warnOfBroken(`${error.message}; ignoring the file`);
    return { profiles: new Map() };
  }
}

/** A mistyped name must not become a profile without settings. */
async function refuseUnknownProfile(
  name: string,
  origin: string,
  config: Config,
  store: Store,
): Promise<void> {
  if (origin === 'default' || name === DEFAULT_PROFILE || config.profiles.has(name)) return;
  if ((await store.readCredentials()).has(name)) return;
  throw new ExpectedError('CONFIG', `no profile ${JSON.stringify(name)} (${origin})`, {
    hint: `to create it, run: ${PROGRAM} login --profile ${name}`,
  });
}

function openApi(
  local: LocalContext,
  connection: Connection,
  store: Store,
  credential: CredentialSettings,
  { retries = DEFAULT_RETRIES }: Pick<ConnectionOptions, 'retries'> = {},
): Context {
  const { world, clock, random, io } = local;
  if (/\b(undici|fetch)\b/.test(world.env.NODE_DEBUG ?? '')) {
    io.warn('ignoring NODE_DEBUG, which would print signed URLs; use -vv instead');
  }
  const proxy = resolveProxy(world.env);
  for (const each of [proxy.http, proxy.https]) {
    if (each?.authorization) local.noteSecret(each.authorization.replace(/^\w+ /, ''));
    if (each?.password) local.noteSecret(each.password);
  }
  const transport = createTransport({
    clock,
    certificates: () => readCertificates(connection, local),
    proxy,
    services: connection,
    userAgent: `${PROGRAM}/${VERSION}`,
    nodeVersion: world.nodeVersion,
    ...(io.verbosity < 2 ? {} : { onHeaderLine: (line) => io.verbose(2, line) }),
  });
  const api = createApi({
    transport,
    credential: noting(
      makeCredential(credential, {
        ...local,
        ssoUrl: connection.ssoUrl,
        store,
        transport,
        retries,
      }),
      local,
    ),
    apiUrl: connection.apiUrl,
    clock,
    random,
    retries,
    ...(world.responseLimitBytes === undefined ? {} : { responseLimitBytes: world.responseLimitBytes }),
    onExchange: (line) => io.verbose(1, line),
    onWarning: (message) => io.warn(message),
    onRetry: ({ error, attempt, delayMs }) =>
      io.progress({
        event: 'retry',
        id: null,
        attempt,
        message: `${error.message}; retrying in ${seconds(delayMs)}`,
      }),
  });
  return { ...local, api, transport };
}

/** Registers each token as a secret before it is sent. */
function noting(credential: Credential, { noteSecret }: LocalContext): Credential {
  return {
    ...credential,
    async authorization(signal) {
      const authorization = await credential.authorization(signal);
      if (authorization !== null) noteSecret(authorization.replace(/^\w+ /, ''));
      return authorization;
    },
  };
}

function makeCredential(
  settings: CredentialSettings,
  options: LocalContext & { ssoUrl: URL; store: Store; transport: Transport; retries: number },
): Credential {
  switch (settings.kind) {
    case 'token':
      options.noteSecret(settings.token);
      return tokenCredential(settings.token);
    case 'client': {
      options.noteSecret(settings.clientSecret);
      const key = { ...settings, ssoUrl: options.ssoUrl.href };
      return clientCredential({
        ...options,
        ...settings,
        ...(settings.isStored ? { cache: options.store.tokenCache(key) } : {}),
      });
    }
    case 'command':
      return commandCredential(async (signal) => {
        const { runTokenCommand } = await import('./auth/token-command.ts');
        const { env, platform } = options.world;
        const token = await runTokenCommand(settings.command, { ...options, env, platform, signal });
        options.noteSecret(token);
        return token;
      });
    case 'anonymous':
      return anonymousCredential;
  }
}

/** Null for a local sandbox, where loading all authorities takes longer than a request. */
function readCertificates(
  { certificateFiles, apiUrl, ssoUrl }: Connection,
  local: LocalContext,
): Promise<readonly string[]> | null {
  if (certificateFiles.length === 0 || (apiUrl.protocol === 'http:' && ssoUrl.protocol === 'http:'))
    return null;
  return allAuthorities(certificateFiles, local);
}

async function allAuthorities(files: readonly string[], local: LocalContext): Promise<readonly string[]> {
  const { rootCertificates } = await import('node:tls');
  const [named = '', ...further] = await Promise.all(files.map((file) => readTextFile(file, local)));
  const { assertCertificate } = await import('./config/certificate.ts');
  // An unusable NODE_EXTRA_CA_CERTS is ignored, as in Node.
  assertCertificate(Buffer.from(named), files[0] ?? '');
  return [...rootCertificates, named, ...further];
}

/** @throws ExpectedError CONFIG for an unreadable file */
async function readTextFile(file: string, local: LocalContext): Promise<string> {
  try {
    return (await readNamedFile(file, local)).toString('utf8');
  } catch (error) {
    if (!(error instanceof UnusableFileError)) throw error;
    throw new ExpectedError('CONFIG', `cannot read ${file}: ${error.message}`, {
      cause: error,
      hint: 'check the path and its permissions',
    });
  }
}

function seconds(delayMs: number): string {
  return `${Math.max(Math.round(delayMs / 1000), 1)} s`;
}
