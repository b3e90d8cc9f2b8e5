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

/** What every command may use. */
export interface LocalContext {
  readonly io: Terminal;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** The current folder. @throws ExpectedError DISK if it was deleted */
  readonly cwd: () => string;
  readonly world: World;
  /** Converts a thrown value to an error for users. A bug is saved to a file. */
  readonly toFailure: (thrown: unknown) => ExpectedError;
  /** Registers a secret to remove from bug reports. */
  readonly noteSecret: (secret: string) => void;
  /** Runs another command line of this program in this process. */
  readonly invoke: (
    argv: readonly string[],
    changes: Pick<World, 'env' | 'stdout'> & Partial<Pick<World, 'stderr' | 'responseLimitBytes'>>,
  ) => Promise<number>;
}

/** What a command that calls the service may use. */
export interface Context extends LocalContext {
  readonly api: Api;
  readonly transport: Transport;
}

/** What a command for signing in or for settings may use. */
export interface AccountContext extends LocalContext {
  readonly flags: GlobalFlags;
  readonly store: Store;
  readonly profile: string;
  /** What selected the profile: a flag, a variable, `config.json`, or the default. */
  readonly profileOrigin: string;
  /** Resolved on first access. @throws ExpectedError CONFIG for an unusable setting */
  readonly connection: Connection;
  /** Returns the credential that commands would use. @throws ExpectedError CONFIG or AUTH */
  readonly findCredential: () => Promise<CredentialSettings>;
  /** Creates an API client with this credential; the caller closes its transport. */
  readonly connectAs: (credential: CredentialSettings, options?: { retries?: number }) => Context;
}

export interface AccountOptions {
  /** The command creates the profile if it does not exist. */
  readonly isNewProfile?: boolean;
  /** The command works even if `config.json` cannot be read. */
  readonly isBrokenConfigIgnored?: boolean;
}

/** The flags that affect the connection to the service. */
export interface ConnectionOptions {
  readonly anonymous?: boolean;
  readonly retries?: number;
}
