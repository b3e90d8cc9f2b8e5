import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { type Api, createApi } from './api/client.ts';
import { clientCredential } from './auth/client-credential.ts';
import { anonymousCredential, type Credential, tokenCredential } from './auth/credential.ts';
import type { Clock } from './clock.ts';
import { resolveProxy } from './config/proxy.ts';
import { resolveSettings, type Settings } from './config/settings.ts';
import { configFolder, readProfile } from './config/store.ts';
import { ExpectedError } from './errors.ts';
import type { GlobalFlags } from './flags/global-flags.ts';
import { createTransport, type Transport } from './http/transport.ts';
import { createTerminal } from './terminal/create-terminal.ts';
import type { Terminal } from './terminal/terminal.ts';
import { PROGRAM, VERSION } from './version.ts';
import type { InputStream, World } from './world.ts';

/** What every command may touch. */
export interface LocalContext {
  readonly io: Terminal;
  readonly stdin: InputStream;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** The current folder. @throws ExpectedError DISK when it was deleted */
  readonly cwd: () => string;
  readonly world: World;
  /** Runs another command line of this program in this process. */
  readonly invoke: (
    argv: readonly string[],
    changes: Pick<World, 'env' | 'stdout'> & Partial<Pick<World, 'stderr'>>,
  ) => Promise<number>;
}

/** What a command that talks to the service may touch. */
export interface Context extends LocalContext {
  readonly api: Api;
  readonly transport: Transport;
}

/** The flags that change how the service is talked to. */
export interface ConnectionOptions {
  readonly anonymous?: boolean;
  readonly retries?: number;
}

const DEFAULT_RETRIES = 5;

export function createIo(world: World, flags: GlobalFlags): Terminal {
  return createTerminal({
    ...world,
    format: flags.format ?? 'table',
    fields: flags.fields,
    quiet: flags.quiet,
    verbosity: flags.verbosity,
    progressMode: flags.progress,
    colorMode: flags.color,
    noInput: flags.noInput,
  });
}

/**
 * Makes the real API from flags, environment and config file. Nothing is connected yet.
 * @throws ExpectedError CONFIG or AUTH when a setting cannot be used
 */
export async function connect(
  local: LocalContext,
  flags: GlobalFlags,
  { anonymous = false, retries = DEFAULT_RETRIES }: ConnectionOptions = {},
): Promise<Context> {
  const { world, clock, random, io } = local;
  const profileName = flags.profile || world.env.STREAMDIVER_PROFILE || null;
  const profile = await readProfile(configFolder(world.env, world.platform), profileName);
  const settings = resolveSettings({ flags: { ...flags, anonymous }, env: world.env, profile, readTextFile });
  const transport = createTransport({
    clock,
    certificates: () => readCertificates(settings),
    proxy: resolveProxy(world.env),
    userAgent: `${PROGRAM}/${VERSION}`,
    ...(io.verbosity < 2 ? {} : { onHeadLine: (line) => io.verbose(2, line) }),
  });
  const api = createApi({
    transport,
    credential: makeCredential(settings, { transport, clock, random, retries }),
    apiUrl: settings.apiUrl,
    clock,
    random,
    retries,
    onExchange: (line) => io.verbose(1, line),
    onRetry: ({ error, attempt, delayMs }) =>
      io.progress({
        event: 'retry',
        id: null,
        attempt,
        message: `${error.message}; trying again in ${seconds(delayMs)}`,
      }),
  });
  return { ...local, api, transport };
}

function makeCredential(
  { credential, ssoUrl }: Settings,
  options: { transport: Transport; clock: Clock; random: () => number; retries: number },
): Credential {
  switch (credential.kind) {
    case 'token':
      return tokenCredential(credential.token);
    case 'client':
      return clientCredential({ ...options, ...credential, ssoUrl });
    case 'anonymous':
      return anonymousCredential;
  }
}

/** Not for a sandbox on this machine: reading all authorities takes longer than a whole request there. */
function readCertificates({ certificateFiles, apiUrl, ssoUrl }: Settings): readonly string[] | null {
  if (certificateFiles.length === 0 || (apiUrl.protocol === 'http:' && ssoUrl.protocol === 'http:'))
    return null;
  return [...rootCertificates, ...certificateFiles.map(readTextFile)];
}

function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ExpectedError('CONFIG', `cannot read ${path}`, {
      cause: error,
      hint: 'check the path and its permissions',
    });
  }
}

function seconds(delayMs: number): string {
  return `${Math.max(Math.round(delayMs / 1000), 1)} s`;
}
