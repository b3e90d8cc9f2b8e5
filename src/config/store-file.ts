import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import { untilFree } from '../disk/busy-file.ts';
import { diskError, isSystemError, reasonOf } from '../disk/disk-error.ts';
import type { LockingProcess } from '../disk/lock-record.ts';
import { makeFolders } from '../disk/make-folder.ts';
import { NO_DETOUR } from '../disk/open-flags.ts';
import { syncFolder } from '../disk/sync-folder.ts';
import { ExpectedError } from '../errors.ts';
import { BrokenFileError } from './json-file.ts';

const STAGING_FOLDER = /^\.new-(\d+)-/;

/** An unpredictable name in the same folder. It contains the process ID, so that leftovers of killed processes can be found. */
function stagingBeside(file: string, pid: number): string {
  return path.join(
    path.dirname(file),
    `.new-${pid}-${randomBytes(6).toString('hex')}-${path.basename(file)}`,
  );
}

/** Whether this is the staging file of a process that has ended. */
function isStaleStaging(name: string, { pid, isProcessAlive }: LockingProcess): boolean {
  const [, maker] = STAGING_FOLDER.exec(name) ?? [];
  return maker !== undefined && (Number(maker) === pid || !isProcessAlive(Number(maker)));
}

/** The user of the store, and the callback for warnings. */
export interface StoreUser {
  /** Null on Windows, where files have neither a numeric owner nor a mode. */
  readonly userId: number | null;
  warn(text: string): void;
}

/** Far more than any settings need. */
const LIMIT_BYTES = 1_048_576;
const ROOT = 0;
/** `conf` adds a suffix while it writes a file. */
const STORE_FILE = /^(?:config|credentials|credential-cache)\.json/;

/**
 * Reads one file of the store as text; null if it does not exist. Tightens permissions that are looser than
 * `loosestMode`, with a warning.
 * @throws ExpectedError CONFIG for a link, a file of another user, or an unreadable file
 * @throws BrokenFileError for content that is not text, too large, or starts with a byte-order mark
 */
export function readStoreFile(file: string, loosestMode: number, user: StoreUser): string | null {
  const descriptor = openForReading(file);
  if (descriptor === null) return null;
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw refused(file, 'not a regular file');
    refuseForeign(file, stats, user);
    if (user.userId === stats.uid && (stats.mode & 0o777 & ~loosestMode) !== 0) {
      fchmodSync(descriptor, 0o600);
      user.warn(`${file} was accessible to other users (mode ${octal(stats)}); changed to 0600`);
    }
    if (stats.size > LIMIT_BYTES) throw new BrokenFileError(file, null, 'is larger than 1 MiB');
    return decode(file, readFileSync(descriptor));
  } catch (error) {
    throw isSystemError(error) ? unreadable(file, error) : error;
  } finally {
    closeSync(descriptor);
  }
}

/** Never follows a link, and never waits for the writer of a pipe. */
function openForReading(file: string): number | null {
  try {
    if (lstatSync(file).isSymbolicLink()) throw refused(file, 'it is a symbolic link');
    return openSync(file, constants.O_RDONLY | NO_DETOUR);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT') return null;
    throw unreadable(file, error);
  }
}

function decode(file: string, bytes: Buffer): string {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) {
    throw new BrokenFileError(file, 1, 'starts with a byte-order mark; save it as UTF-8 without one');
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  throw new BrokenFileError(file, 1, 'is not text');
}

/**
 * Replaces one file of the store atomically, even if the machine crashes. `conf` writes the new file to a staging folder,
 * because it follows links, opens its temporary file without O_EXCL, and ignores short writes. The file is checked
 * before it is renamed. Each process has its own staging folder, so files never mix, even without a lock.
 * @throws ExpectedError DISK if it cannot be written, CONFIG for an untrusted folder
 */
export async function replaceStoreFile(
  file: string,
  values: Readonly<Record<string, unknown>>,
  { owner, ...world }: { owner: LockingProcess; platform: NodeJS.Platform; clock: Clock },
): Promise<void> {
  const folder = path.dirname(file);
  const staging = stagingBeside(file, owner.pid);
  try {
    // Leftovers of killed processes can contain secrets.
    for (const name of readdirSync(folder)) {
      if (isStaleStaging(name, owner)) removeStale(path.join(folder, name));
    }
    mkdirSync(staging, { mode: 0o700 });
    const { default: Conf } = await import('conf');
    const conf = new Conf({
      cwd: staging,
      configName: path.basename(file, '.json'),
      projectSuffix: '',
      configFileMode: 0o600,
    });
    conf.store = values;
    syncWhole(conf.path, JSON.stringify(values, undefined, '\t'));
    await untilFree(world)(() => rename(conf.path, file));
    await syncFolder(folder);
  } catch (error) {
    throw diskError(error, file, 'write');
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Removes only files (locks) and staging folders with files of the store. */
function removeStale(left: string): void {
  const isFile = (one: string) => lstatSync(one, { throwIfNoEntry: false })?.isFile() === true;
  if (isFile(left)) rmSync(left, { force: true });
  if (lstatSync(left, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  for (const name of readdirSync(left).filter((one) => STORE_FILE.test(one))) {
    if (isFile(path.join(left, name))) rmSync(path.join(left, name), { force: true });
  }
  if (readdirSync(left).length === 0) rmdirSync(left);
}

function syncWhole(file: string, expected: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fchmodSync(descriptor, 0o600);
    if (readFileSync(descriptor, 'utf8') !== expected) {
      throw new ExpectedError('DISK', `cannot write ${file}: the write was incomplete`, {
        hint: 'free up space, then rerun the command',
      });
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Creates the folder with mode 0700. Tightens an existing folder with a warning.
 * @throws ExpectedError CONFIG for a folder of another user, DISK if it cannot be created
 */
export function secureFolder(folder: string, user: StoreUser): void {
  try {
    makeFolders(folder, 0o700);
    const stats = statSync(folder);
    if (user.userId === null) return;
    if (stats.uid !== user.userId) throw refused(folder, 'it belongs to another user');
    if ((stats.mode & 0o077) === 0) return;
    chmodSync(folder, 0o700);
    user.warn(`${folder} was accessible to other users (mode ${octal(stats)}); changed to 0700`);
  } catch (error) {
    throw diskError(error, folder, 'make');
  }
}

function refuseForeign(file: string, stats: Stats, { userId }: StoreUser): void {
  if (userId === null || stats.uid === userId || stats.uid === ROOT) return;
  throw refused(file, 'it belongs to another user');
}

function refused(file: string, why: string): ExpectedError {
  return new ExpectedError('CONFIG', `refusing to use ${file}: ${why}`, {
    hint: 'remove it, or use another folder with STREAMDIVER_CONFIG_DIR',
  });
}

function unreadable(file: string, cause: NodeJS.ErrnoException): ExpectedError {
  return new ExpectedError('CONFIG', `cannot read ${file}: ${reasonOf(cause)}`, {
    cause,
    hint: 'check the permissions of the file',
  });
}

function octal({ mode }: Stats): string {
  return `0${(mode & 0o777).toString(8)}`;
}
