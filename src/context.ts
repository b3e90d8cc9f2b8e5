import type { Api } from './api/client.ts';
import type { Clock } from './clock.ts';
import type { CredentialSettings } from './config/credential-settings.ts';
import type { Connection } from './config/settings.ts';
import type { Store } from './config/store.ts';
import type { ExpectedError } from './errors.ts';
import type { GlobalFlags } from './flags/global-flags.ts';
import type { Transport } from './http/transport.ts';
import type { Terminal } from './terminal/terminal.ts';
import type { World } from './world.ts';

/** What every command may touch. */
export interface LocalContext {
  readonly io: Terminal;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** The current folder. @throws ExpectedError DISK when it was deleted */
  readonly cwd: () => string;
  readonly world: World;
  /** What was thrown as an error for users: a bug is reported in a file. */
  readonly toFailure: (thrown: unknown) => ExpectedError;
  /** Keeps a secret that is in use out of bug reports. */
  readonly noteSecret: (secret: string) => void;
  /** Runs another command line of this program in this process. */
  readonly invoke: (
    argv: readonly string[],
    changes: Pick<World, 'env' | 'stdout'> & Partial<Pick<World, 'stderr' | 'responseLimitBytes'>>,
  ) => Promise<number>;
}

/** What a command that talks to the service may touch. */
export interface Context extends LocalContext {
  readonly api: Api;
  readonly transport: Transport;
}

/** What a command about signing in or settings may touch. */
export interface AccountContext extends LocalContext {
  readonly flags: GlobalFlags;
  readonly store: Store;
  readonly profile: string;
  /** What named the profile: a flag, a variable, `config.json` or `default`. */
  readonly profileOrigin: string;
  /** Resolved when first looked at. @throws ExpectedError CONFIG when a setting cannot be used */
  readonly connection: Connection;
  /** The credential that commands would use. @throws ExpectedError CONFIG or AUTH */
  readonly findCredential: () => Promise<CredentialSettings>;
  /** Makes the API for some credential; the caller closes its transport. */
  readonly connectAs: (credential: CredentialSettings, options?: { retries?: number }) => Context;
}

export interface AccountOptions {
  /** The command makes the profile if there is none of that name. */
  readonly isNewProfile?: boolean;
  /** The command is of use when `config.json` cannot be read. */
  readonly isBrokenConfigIgnored?: boolean;
}

/** The flags that change how the service is talked to. */
export interface ConnectionOptions {
  readonly anonymous?: boolean;
  readonly retries?: number;
}
