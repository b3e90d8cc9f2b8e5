import { lstatSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import { Argument, type Command } from 'commander';
import { type Candidate, completeLine, type IdKind, safe } from '../completion/candidates.ts';
import { readRequest } from '../completion/complete-line.ts';
import { cacheKey, createIdCache } from '../completion/id-cache.ts';
import { SHELLS, type Shell } from '../completion/shells.ts';
import { cacheFolder } from '../config/cache-folder.ts';
import { configFolder } from '../config/folder.ts';
import { readProfileNames } from '../config/profile-names.ts';
import type { LocalContext } from '../context.ts';
import { isSystemError } from '../disk/disk-error.ts';
import { isExpectedError } from '../errors.ts';
import { forFlag, oneOf } from '../flags/flag-values.ts';
import { TOPICS } from '../help/topics.ts';
import { isObject } from '../parse/json.ts';

export interface CompleteOptions {
  readonly shell: Shell;
  /** As passed by the script of that shell. */
  readonly words: readonly string[];
}

type CompleteContext = Pick<LocalContext, 'io' | 'world' | 'clock' | 'invoke'>;

/** The user waits after pressing Tab, and starting the program also takes time. */
const BUDGET_MS = 800;
/** Reading more would take longer than that, without a chance to stop. */
const RESPONSE_LIMIT_BYTES = 1_048_576;

/** Completion gets IDs from the same commands as a user, with the same settings and credential. */
const LISTINGS: Readonly<Record<IdKind, readonly string[]>> = {
  packages: ['list', '--page', '1'],
  media: ['media', 'list', '--limit', '50'],
};
/** Flags that select the API, by the names under which commander stores them. */
const CONNECTION_FLAGS: Readonly<Record<string, string>> = {
  profile: '--profile',
  apiUrl: '--api-url',
  ssoUrl: '--sso-url',
  cacert: '--cacert',
  caCert: '--cacert',
};
const CREDENTIAL_VARIABLES = [
  'STREAMDIVER_TOKEN',
  'STREAMDIVER_TOKEN_FILE',
  'STREAMDIVER_TENANT',
  'STREAMDIVER_CLIENT_ID',
];

/** Called by the scripts of `completion`. */
export function defineComplete(
  parent: Command,
  action: (options: CompleteOptions, command: Command) => Promise<void>,
): void {
  parent
    .command('__complete', { hidden: true })
    .summary('Print completions for a shell script')
    .addArgument(new Argument('<shell>', SHELLS.join(', ')).argParser(forFlag('SHELL', oneOf(SHELLS))))
    .argument('[words...]', 'Arguments of the completion script')
    .action((shell: Shell, words: string[], _flags: unknown, self: Command) =>
      action({ shell, words }, self),
    );
}

/** Never prompts, never reports failures, and ends in time. */
export async function complete(
  { shell, words }: CompleteOptions,
  program: Command,
  { io, world, clock, invoke }: CompleteContext,
): Promise<void> {
  const request = readRequest(shell, words);
  let isLate = false;
  const completion = await completeLine(program, request.words, {
    topics: TOPICS,
    profiles: () => readProfileNames(settingsFolder(world)),
    async ids(kind, flagValues) {
      const flags = connectionFlags(flagValues);
      const key = cacheKey([...flags, ...settingsOf(world)]);
      const cache = createIdCache(cacheFolder(world.env, world.platform), {
        key,
        nowMs: clock.now(),
      });
      const cached = cache.read(kind);
      if (cached !== null) return safe(cached);
      const asked = await Promise.race([
        ask([...LISTINGS[kind], ...flags], { world, invoke }),
        clock.sleep(BUDGET_MS).then(() => 'late' as const),
      ]);
      isLate = asked === 'late';
      if (asked === null || asked === 'late') return [];
      cache.write(kind, asked);
      return safe(asked);
    },
  });
  await io.bytes(Buffer.from(`${request.respond(completion).join('\n')}\n`));
  await io.flush();
  // An unresponsive name server or host would keep the process alive for many seconds.
  if (isLate) world.exitNow(0);
}

function connectionFlags(flagValues: ReadonlyMap<string, string>): readonly string[] {
  return [...flagValues].flatMap(([name, value]) => {
    const flag = CONNECTION_FLAGS[name];
    return flag === undefined ? [] : [`${flag}=${value}`];
  });
}

/** All settings, other than flags, that determine which IDs are visible. */
function settingsOf(world: CompleteContext['world']): readonly (string | undefined)[] {
  const { env } = world;
  const folder = settingsFolder(world);
  const writtenMs = (name: string) => (folder === null ? undefined : modifiedMs(path.join(folder, name)));
  return [
    env['STREAMDIVER_API_URL'],
    env['STREAMDIVER_PROFILE'],
    folder ?? undefined,
    String(writtenMs('config.json')),
    String(writtenMs('credentials.json')),
    ...CREDENTIAL_VARIABLES.map((name) => env[name]),
  ];
}

/** Undefined for a file that is missing or cannot be checked. */
function modifiedMs(file: string): number | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false })?.mtimeMs;
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** Null also for a folder that other commands refuse: completion reports no errors. */
function settingsFolder({ env, platform }: CompleteContext['world']): string | null {
  try {
    return configFolder(env, platform);
  } catch (error) {
    if (isExpectedError(error, 'CONFIG')) return null;
    throw error;
  }
}

/** Runs a listing in this process; null if it failed. */
async function ask(
  line: readonly string[],
  { world, invoke }: Pick<CompleteContext, 'world' | 'invoke'>,
): Promise<readonly Candidate[] | null> {
  const chunks: Buffer[] = [];
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  const stderr = new Writable({ write: (_chunk, _encoding, done) => done() });
  const exitCode = await invoke([...line, '--json', '--no-input', '--quiet'], {
    env: world.env,
    stdout,
    stderr,
    responseLimitBytes: RESPONSE_LIMIT_BYTES,
  });
  if (exitCode !== 0) return null;
  const document: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  const items = isObject(document) && Array.isArray(document.items) ? document.items : [];
  return items.flatMap((item: unknown) => {
    if (!isObject(item) || typeof item.id !== 'string') return [];
    const title = item.title ?? item.name;
    const state = item.status ?? item.type;
    const about = typeof state === 'string' ? `(${state})` : '';
    return [{ value: item.id, description: `${typeof title === 'string' ? title : ''} ${about}`.trim() }];
  });
}
