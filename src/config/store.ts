import path from 'node:path';
import type { TokenCache } from '../auth/token-cache.ts';
import type { Clock } from '../clock.ts';
import { diskError, isSystemError } from '../disk/disk-error.ts';
import { type Lock, waitForLock } from '../disk/lock.ts';
import type { LockingProcess } from '../disk/lock-record.ts';
import { renameWithoutReplacing } from '../disk/rename-without-replacing.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { type Config, configDocument, parseConfig } from './config-file.ts';
import { type Credentials, credentialsDocument, parseCredentials } from './credential-file.ts';
import { noConfigFolder } from './folder.ts';
import { BrokenFileError, parseJsonFile } from './json-file.ts';
import { readStoreFile, replaceStoreFile, type StoreUser, secureFolder } from './store-file.ts';
import {
  type CachedTokens,
  cachedTokensDocument,
  parseCachedTokens,
  type TokenKey,
  tokenKey,
} from './token-file.ts';

/** The files kept between runs: `config.json`, `credentials.json`, and the cache of tokens. */
export interface Store {
  /** Null without a home folder. Then reading finds nothing, and writing is refused. */
  readonly configPath: string | null;
  readonly credentialsPath: string | null;
  /** @throws ExpectedError CONFIG, BrokenFileError for unusable content */
  readConfig(): Promise<Config>;
  /** @throws ExpectedError CONFIG, BrokenFileError for unusable content */
  readCredentials(): Promise<Credentials>;
  /** Reads, changes, and replaces the file under a lock. @throws ExpectedError CONFIG, DISK or BUSY */
  changeConfig(edit: (config: Config) => Config): Promise<void>;
  changeCredentials(edit: (credentials: Credentials) => Credentials): Promise<void>;
  /** Renames `credentials.json` if its content is unusable, and returns the new path. */
  setBrokenCredentialsAside(): Promise<string | null>;
  tokenCache(key: TokenKey): TokenCache;
  /** Deletes the cached tokens of some credentials. */
  forgetTokens(isForgotten: (key: string) => boolean): Promise<void>;
}

export interface StoreOptions extends StoreUser {
  readonly folder: string | null;
  readonly owner: LockingProcess;
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
  readonly signal: AbortSignal;
  /** Called when a token cannot be cached. */
  readonly onCacheProblem: (text: string) => void;
}

/** Secrets are accessible only to their owner. Others can read the config, but not write it. */
const SECRET_MODE = 0o600;
const CONFIG_MODE = 0o755;

const WAIT_FOR_WRITER_MS = 10_000;
/** The time another process can need to fetch a token. After that, this process fetches its own. */
const WAIT_FOR_TOKEN_MS = 60_000;

const NO_CONFIG: Config = { profiles: new Map() };

export function createStore(options: StoreOptions): Store {
  const { folder } = options;
  const inFolder = (name: string) => (folder === null ? null : path.join(folder, name));
  const configPath = inFolder('config.json');
  const credentialsPath = inFolder('credentials.json');
  const tokensPath = inFolder('credential-cache.json');

  async function read<Content>(
    file: string | null,
    mode: number,
    parse: Parameters<typeof parseJsonFile<Content>>[2],
  ): Promise<Content | null> {
    const text = file === null ? null : readStoreFile(file, mode, options);
    return file === null || text === null ? null : await parseJsonFile(file, text, parse);
  }

  const readConfig = async () => (await read(configPath, CONFIG_MODE, parseConfig)) ?? NO_CONFIG;
  const readCredentials = async (): Promise<Credentials> =>
    (await read(credentialsPath, SECRET_MODE, parseCredentials)) ?? new Map();
  const readTokens = async (): Promise<CachedTokens> => {
    try {
      return (await read(tokensPath, SECRET_MODE, parseCachedTokens)) ?? new Map();
    } catch (error) {
      // An unusable cache is replaced.
      if (error instanceof BrokenFileError) return new Map();
      throw error;
    }
  };

  const lockStore = (lockPath: string, waitMs: number) =>
    waitForLock(lockPath, {
      ...options,
      waitMs,
      mode: SECRET_MODE,
      inTheWay: { code: 'CONFIG', hint: `remove ${lockPath}` },
    });

  /** One lock protects all files. */
  async function change<Content>(
    file: string | null,
    readNow: () => Promise<Content>,
    toDocument: (content: Content) => Readonly<Record<string, unknown>>,
    edit: (content: Content) => Content,
  ): Promise<void> {
    if (file === null || folder === null) throw noConfigFolder(options.platform);
    secureFolder(folder, options);
    const lockPath = path.join(folder, 'store.lock');
    const lock = await lockStore(lockPath, WAIT_FOR_WRITER_MS);
    if (lock === null) {
      throw new ExpectedError('BUSY', `timed out waiting for another process to write to ${folder}`, {
        hint: `if no other process is running, remove ${lockPath}`,
      });
    }
    try {
      await replaceStoreFile(file, toDocument(edit(await readNow())), options);
    } finally {
      await lock.release();
    }
  }

  const changeTokens = (edit: (tokens: CachedTokens) => CachedTokens) =>
    change(tokensPath, readTokens, cachedTokensDocument, edit);

  /** Null if the lock cannot be created. Then each process fetches its own token. */
  async function lockTokens(): Promise<Lock | null> {
    if (tokensPath === null || folder === null) return null;
    try {
      secureFolder(folder, options);
      return await lockStore(`${tokensPath}.lock`, WAIT_FOR_TOKEN_MS);
    } catch (error) {
      if (isExpectedError(error, 'DISK') || isExpectedError(error, 'EXISTS')) return null;
      throw error;
    }
  }

  return {
    configPath,
    credentialsPath,
    readConfig,
    readCredentials,
    changeConfig: (edit) => change(configPath, readConfig, configDocument, edit),
    changeCredentials: (edit) => change(credentialsPath, readCredentials, credentialsDocument, edit),
    async setBrokenCredentialsAside() {
      try {
        await readCredentials();
        return null;
      } catch (error) {
        if (!(error instanceof BrokenFileError) || credentialsPath === null) throw error;
        return await setAside(credentialsPath);
      }
    },
    tokenCache: (key) => {
      const name = tokenKey(key);
      return {
        read: async () => (await readTokens()).get(name) ?? null,
        async write(token) {
          try {
            await changeTokens((tokens) => new Map(tokens).set(name, token));
          } catch (error) {
            if (!isExpectedError(error)) throw error;
            options.onCacheProblem(`cannot cache the token: ${error.message}`);
          }
        },
        async exclusively(work) {
          const lock = await lockTokens();
          try {
            return await work();
          } finally {
            await lock?.release();
          }
        },
      };
    },
    async forgetTokens(isForgotten) {
      const names = [...(await readTokens()).keys()];
      if (!names.some(isForgotten)) return;
      await changeTokens((tokens) => new Map([...tokens].filter(([name]) => !isForgotten(name))));
    },
  };
}

/** Renames the file to an unused name, without replacing another file. */
async function setAside(file: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const aside = `${file}.broken-${number}`;
    try {
      await renameWithoutReplacing(file, aside);
      return aside;
    } catch (error) {
      if (!isSystemError(error) || error.code !== 'EEXIST') throw diskError(error, file, 'move aside');
    }
  }
}
