import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempFolder } from '../temp-folder.ts';
import { CANARY_TOKEN } from './canary.ts';

/** The folders one or more runs share: a second run in the same place finds what the first left. */
export interface RunPlace {
  /** Working directory, empty at first. */
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

/** What `runCli` and `runBinary` have in common. */
export interface RunOptions {
  /** Points the API and SSO addresses here and gives its requests back in the result. */
  readonly api?: RunApi;
  readonly place?: RunPlace;
  /** Another working directory than the place's. */
  readonly cwd?: string;
  /** Added to the scrubbed environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The token in STREAMDIVER_TOKEN; null runs without a credential. */
  readonly token?: string | null;
  /** Further secrets that must show nowhere. */
  readonly secrets?: readonly string[];
  /** All of standard input; nothing by default. */
  readonly input?: string | Uint8Array;
  /** Leaves standard input open instead of ending it. */
  readonly keepInputOpen?: boolean;
  /** Standard output is data (`-o -`): not looked at as text. */
  readonly isOutputData?: boolean;
  /** Files that may hold a secret: by default the credential store of the place. */
  readonly mayHoldSecret?: (path: string) => boolean;
  /** Standard output is no JSON document although `--json` is among the arguments. */
  readonly withoutJsonCheck?: boolean;
  /** Exit code 70 is what the test is about. */
  readonly mayBeBug?: boolean;
  /** The run is given up, and the test fails, after this long in real time. */
  readonly deadlineMs?: number;
}

export interface RunApi {
  readonly origin: string;
  readonly requests: readonly { readonly method: string; readonly path: string }[];
}

export const DEFAULT_DEADLINE_MS = 20_000;

/** An environment that holds nothing of the one the tests run in but PATH. */
export function makeEnv(place: RunPlace, options: RunOptions): Record<string, string> {
  const token = options.token === undefined ? CANARY_TOKEN : options.token;
  const all: Record<string, string | undefined> = {
    PATH: process.env['PATH'],
    HOME: place.home,
    TMPDIR: place.temp,
    STREAMDIVER_CONFIG_DIR: place.configDir,
    // In a new place each time it would only lie among the files that tests look at.
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

/** Everything secret in this run's environment and options. */
export function secretsOf(options: RunOptions): string[] {
  const fromEnv = ['STREAMDIVER_TOKEN', 'STREAMDIVER_CLIENT_SECRET'].map((name) => options.env?.[name]);
  return [CANARY_TOKEN, options.token, ...fromEnv, ...(options.secrets ?? [])].filter(
    (secret): secret is string => typeof secret === 'string' && secret.length >= 8,
  );
}
