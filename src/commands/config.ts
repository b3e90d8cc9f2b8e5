import path from 'node:path';
import type { Command } from 'commander';
import { assertCertificate } from '../config/certificate.ts';
import { type Config, withProfileKey } from '../config/config-file.ts';
import { configFolder, noConfigFolder } from '../config/folder.ts';
import { PROFILE_KEYS, type ProfileKey } from '../config/profile-keys.ts';
import { parseBaseUrl } from '../config/settings.ts';
import type { AccountContext, LocalContext } from '../context.ts';
import { readNamedFile, UnusableFileError } from '../disk/read-named-file.ts';
import { resolvePath } from '../disk/resolve-path.ts';
import { ExpectedError } from '../errors.ts';

/** `profile` applies to the whole file, the others to a profile. */
const KEYS = ['profile', ...PROFILE_KEYS] as const;
type Key = (typeof KEYS)[number];

export interface ConfigListOptions {
  readonly showOrigin: boolean;
}

export interface ConfigKeyOptions {
  readonly key: Key;
}

export interface ConfigSetOptions extends ConfigKeyOptions {
  readonly value: string;
}

interface Setting {
  readonly key: Key;
  readonly value: string | null;
  readonly origin: string;
}

export function defineConfig(
  parent: Command,
  actions: {
    list: (options: ConfigListOptions, command: Command) => Promise<void>;
    get: (options: ConfigKeyOptions, command: Command) => Promise<void>;
    set: (options: ConfigSetOptions, command: Command) => Promise<void>;
    unset: (options: ConfigKeyOptions, command: Command) => Promise<void>;
    path: (command: Command) => Promise<void>;
  },
): void {
  const keyArgument = ['<key>', KEYS.join(', '), parseKey] as const;
  const config = parent
    .command('config')
    .summary('Manage settings')
    .description('Manage the settings of a profile. Select the profile with --profile.');
  config
    .command('list')
    .alias('ls')
    .summary('List the active settings')
    .description(
      'List the active settings from flags, environment, profile, and defaults. Never lists secrets.',
    )
    .optionsGroup('Columns:')
    .option('--show-origin', 'Show the source of each setting')
    .action((flags: { showOrigin?: boolean }, self: Command) =>
      actions.list({ showOrigin: flags.showOrigin === true }, self),
    );
  config
    .command('get')
    .summary('Print an active setting')
    .description('Print an active setting, or an empty line if it is not set.')
    .argument(...keyArgument)
    .action((key: Key, _flags: unknown, self: Command) => actions.get({ key }, self));
  config
    .command('set')
    .summary('Store a setting')
    .description('Check a setting and store it in the profile.')
    .argument(...keyArgument)
    .argument('<value>', 'New value')
    .action((key: Key, value: string, _flags: unknown, self: Command) => actions.set({ key, value }, self));
  config
    .command('unset')
    .summary('Delete a stored setting')
    .description('Delete a setting from the profile.')
    .argument(...keyArgument)
    .action((key: Key, _flags: unknown, self: Command) => actions.unset({ key }, self));
  config
    .command('path')
    .summary('Print the path of the config file')
    .description('Print the path of the config file, even if it does not exist.')
    .action((_flags: unknown, self: Command) => actions.path(self));
}

/** Accepts the spelling of the file and that of the flag. */
function parseKey(text: string): Key {
  const key = KEYS.find((known) => known.toLowerCase() === text.toLowerCase().replaceAll(/[-_]/g, ''));
  if (key !== undefined) return key;
  throw new ExpectedError('USAGE', `unknown setting ${JSON.stringify(text)}`, {
    hint: `use one of ${KEYS.join(', ')}`,
  });
}

export async function configList({ showOrigin }: ConfigListOptions, context: AccountContext): Promise<void> {
  const items = settingsOf(context);
  context.io.listing({
    items,
    columns: [
      { key: 'key', heading: 'KEY', text: ({ key }) => key },
      {
        key: 'value',
        heading: 'VALUE',
        text: ({ value }) => value ?? '',
        display: ({ value }) => value ?? 'not set',
        shrinks: true,
      },
      ...(showOrigin ? [{ key: 'origin', heading: 'ORIGIN', text: ({ origin }: Setting) => origin }] : []),
    ],
    document: { items, count: items.length, truncated: false },
    itemDocument: (item) => ({ ...item }),
    emptyText: 'No settings',
  });
}

export async function configGet({ key }: ConfigKeyOptions, context: AccountContext): Promise<void> {
  const setting = settingsOf(context).find((candidate) => candidate.key === key);
  if (context.io.format === 'json') context.io.json(setting);
  else context.io.line(setting?.value ?? '');
}

export async function configSet(
  { key, value }: ConfigSetOptions,
  {
    store,
    profile,
    io,
    ...local
  }: Pick<AccountContext, 'store' | 'profile' | 'io' | 'cwd' | 'clock' | 'signal'>,
): Promise<void> {
  const checked = key === 'profile' ? await checkProfile(value, store) : await checkValue(key, value, local);
  await store.changeConfig((config) => withKey(config, profile, key, checked));
  if (io.format === 'json') io.json({ key, value: checked, origin: originOf(key, profile) });
  io.info(`Set ${key} to ${checked} (${originOf(key, profile)}) in ${store.configPath ?? ''}.`);
}

export async function configUnset(
  { key }: ConfigKeyOptions,
  { store, profile, io }: Pick<AccountContext, 'store' | 'profile' | 'io'>,
): Promise<void> {
  const config = await store.readConfig();
  const old = key === 'profile' ? config.profile : config.profiles.get(profile)?.[key];
  if (old !== undefined) await store.changeConfig((current) => withKey(current, profile, key, undefined));
  if (io.format === 'json') io.json({ key, value: null, origin: originOf(key, profile) });
  io.info(
    old === undefined
      ? `${key} was not set (${originOf(key, profile)}).`
      : `Unset ${key} (${originOf(key, profile)}).`,
  );
}

export async function configPath({ world, io }: Pick<LocalContext, 'world' | 'io'>): Promise<void> {
  const folder = configFolder(world.env, world.platform);
  if (folder === null) throw noConfigFolder(world.platform);
  const file = path.join(folder, 'config.json');
  if (io.format === 'json') io.json({ path: file });
  else io.line(file);
}

function settingsOf({ connection, profile, profileOrigin }: AccountContext): readonly Setting[] {
  const { apiUrl, ssoUrl, cacert, origins } = connection;
  return [
    { key: 'profile', value: profile, origin: profileOrigin },
    { key: 'apiUrl', value: apiUrl.href, origin: origins.apiUrl },
    { key: 'ssoUrl', value: ssoUrl.href, origin: origins.ssoUrl },
    { key: 'cacert', value: cacert, origin: origins.cacert },
  ];
}

function originOf(key: Key, profile: string): string {
  return key === 'profile' ? 'config.json' : `profile ${profile}`;
}

function withKey(config: Config, profile: string, key: Key, value: string | undefined): Config {
  return key === 'profile' ? { ...config, profile: value } : withProfileKey(config, profile, key, value);
}

/** @throws ExpectedError CONFIG for an unusable value */
async function checkValue(
  key: ProfileKey,
  value: string,
  local: Pick<AccountContext, 'cwd' | 'clock' | 'signal'>,
): Promise<string> {
  switch (key) {
    case 'apiUrl':
      return parseBaseUrl(value, 'the API URL').href;
    case 'ssoUrl':
      return parseBaseUrl(value, 'the SSO URL').href;
    case 'cacert':
      return await checkCertificate(resolvePath(local.cwd, value), local);
  }
}

async function checkCertificate(
  file: string,
  local: Pick<AccountContext, 'clock' | 'signal'>,
): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readNamedFile(file, local);
  } catch (error) {
    if (!(error instanceof UnusableFileError)) throw error;
    throw new ExpectedError('CONFIG', `cannot read ${file}: ${error.message}`, { cause: error });
  }
  assertCertificate(bytes, file);
  return file;
}

/** Otherwise, every later command without --profile would fail. */
async function checkProfile(name: string, store: AccountContext['store']): Promise<string> {
  const [config, credentials] = [await store.readConfig(), await store.readCredentials()];
  const known = new Set(['default', ...config.profiles.keys(), ...credentials.keys()]);
  if (known.has(name)) return name;
  throw new ExpectedError('CONFIG', `no profile ${JSON.stringify(name)}`, {
    hint: `use one of ${[...known].join(', ')}, or create one with login --profile NAME`,
  });
}
