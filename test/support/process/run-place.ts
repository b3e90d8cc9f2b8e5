import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempFolder } from '../temp-folder.ts';
import { CANARY_TOKEN } from './canary.ts';

/** The folders of one or more runs. A second run in the same place finds the files of the first. */
export interface RunPlace {
  /** Working directory, initially empty. */
  readonly cwd: string;
  readonly home: string;
  readonly configDir: string;
  /** Folder for temporary files. */
  readonly temp: string;
}

export function makePlace(): RunPlace {
  const folder = makeTempFolder('run-');
  const place = {
    cwd: join(folder, 'work'),
    home: join(folder, 'home'),
    configDir: join(folder, 'home', 'config'),
    temp: join(folder, 'temp'),
  };
  for (const path of [place.cwd, place.home, place.temp]) mkdirSync(path, { recursive: true });
  return place;
}

/** The options that `runCli` and `runBinary` share. */
export interface RunOptions {
  /** Configures its API and SSO URLs, and returns its requests in the result. */
  readonly api?: RunApi;
  readonly place?: RunPlace;
  /** A different working directory. */
  readonly cwd?: string;
  /** Added to the clean environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The token in STREAMDIVER_TOKEN; null for no credential. */
  readonly token?: string | null;
  /** Additional secrets that must not appear anywhere. */
  readonly secrets?: readonly string[];
  /** The entire standard input; empty by default. */
  readonly input?: string | Uint8Array;
  /** Leaves standard input open instead of ending it. */
  readonly keepInputOpen?: boolean;
  /** Standard output is data (`-o -`) and not checked as text. */
  readonly isOutputData?: boolean;
  /** Files that may contain a secret; by default the credential store of the place. */
  readonly mayHoldSecret?: (path: string) => boolean;
  /** Standard output is not a JSON document despite `--json`. */
  readonly withoutJsonCheck?: boolean;
  /** The test expects exit code 70. */
  readonly mayBeBug?: boolean;
  /** Time limit for the run in real time, after which the test fails. */
  readonly deadlineMs?: number;
}

export interface RunApi {
  readonly origin: string;
  readonly requests: readonly { readonly method: string; readonly path: string }[];
}

export const DEFAULT_DEADLINE_MS = 20_000;

/** A new environment that inherits only PATH. */
export function makeEnv(place: RunPlace, options: RunOptions): Record<string, string> {
  const token = options.token === undefined ? CANARY_TOKEN : options.token;
  const all: Record<string, string | undefined> = {
    PATH: process.env['PATH'],
    HOME: place.home,
    TMPDIR: place.temp,
    STREAMDIVER_CONFIG_DIR: place.configDir,
    // In a new place, the cache would only add files to those that tests check.
    NODE_DISABLE_COMPILE_CACHE: '1',
    ...(token === null ? {} : { STREAMDIVER_TOKEN: token }),
    ...(options.api === undefined
      ? {}
      : { STREAMDIVER_API_URL: `${options.api.origin}/v2`, STREAMDIVER_SSO_URL: options.api.origin }),
    ...options.env,
  };
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/** All secrets in the environment and options of this run. */
export function secretsOf(options: RunOptions): string[] {
  const fromEnv = ['STREAMDIVER_TOKEN', 'STREAMDIVER_CLIENT_SECRET'].map((name) => options.env?.[name]);
  return [CANARY_TOKEN, options.token, ...fromEnv, ...(options.secrets ?? [])].filter(
    (secret): secret is string => typeof secret === 'string' && secret.length >= 8,
  );
}
