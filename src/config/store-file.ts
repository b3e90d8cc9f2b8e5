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

/** A name in the same folder that nobody can foresee, and that tells whose it is, so that what a killed process left can be found. */
function stagingBeside(file: string, pid: number): string {
  return path.join(
    path.dirname(file),
    `.new-${pid}-${randomBytes(6).toString('hex')}-${path.basename(file)}`,
  );
}

/** Whether a name is of that kind and nobody uses it any more. */
function isStaleStaging(name: string, { pid, isProcessAlive }: LockingProcess): boolean {
  const [, maker] = STAGING_FOLDER.exec(name) ?? [];
  return maker !== undefined && (Number(maker) === pid || !isProcessAlive(Number(maker)));
}

/** Who reads and writes, and who is told when something had to be put right. */
export interface StoreUser {
  /** Null where files have no owner in numbers (Windows); modes mean nothing there either. */
  readonly userId: number | null;
  warn(text: string): void;
}

/** Far more than any settings need; what is larger is not ours. */
const LIMIT_BYTES = 1_048_576;
const ROOT = 0;
/** With an ending of its own while `conf` writes it. */
const STORE_FILE = /^(?:config|credentials|credential-cache)\.json/;

/**
 * Reads one file of the store as text; null when there is none. Permissions are tightened to `mode`
 * where they are looser, which is said.
 * @throws ExpectedError CONFIG for a link, a file of somebody else, or one that cannot be read
 * @throws BrokenFileError for content that is not text, too large, or starts with a byte-order mark
 */
export function readStoreFile(file: string, loosestMode: number, user: StoreUser): string | null {
  const descriptor = openForReading(file);
  if (descriptor === null) return null;
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw refused(file, 'it is not a regular file');
    refuseForeign(file, stats, user);
    if (user.userId === stats.uid && (stats.mode & 0o777 & ~loosestMode) !== 0) {
      fchmodSync(descriptor, 0o600);
      user.warn(`${file} was open to others (mode ${octal(stats)}); it is yours alone now`);
    }
    if (stats.size > LIMIT_BYTES) throw new BrokenFileError(file, null, 'is larger than 1 MiB');
    return decode(file, readFileSync(descriptor));
  } catch (error) {
    throw isSystemError(error) ? unreadable(file, error) : error;
  } finally {
    closeSync(descriptor);
  }
}

/** Never through a link, and without waiting for the writer of a pipe. */
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
 * Replaces one file of the store; a crash at any point leaves the old one or the new one. `conf`
 * writes the new file into a folder of its own, because it would follow a link, opens its temporary
 * file without O_EXCL and takes a short write for a whole one; only the checked file is put in place.
 * Two processes cannot mix their files even without a lock, because each has a folder of its own.
 * @throws ExpectedError DISK when it cannot be written, CONFIG for a folder that is not to be trusted
 */
export async function replaceStoreFile(
  file: string,
  values: Readonly<Record<string, unknown>>,
  { owner, ...world }: { owner: LockingProcess; platform: NodeJS.Platform; clock: Clock },
): Promise<void> {
  const folder = path.dirname(file);
  const staging = stagingBeside(file, owner.pid);
  try {
    // What killed processes left, secrets among it.
    for (const name of readdirSync(folder)) {
      if (isStaleStaging(name, owner)) clearAway(path.join(folder, name));
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

/** Locks are files, staging is a folder with files of the store; anything else is none of ours, whatever its name. */
function clearAway(left: string): void {
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
      throw new ExpectedError('DISK', `could not write ${file}: only a part of it arrived`, {
        hint: 'make room, then run the same command again',
      });
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes the folder, for its owner alone; an existing one of ours is tightened, which is said.
 * @throws ExpectedError CONFIG for a folder of somebody else, DISK when it cannot be made
 */
export function secureFolder(folder: string, user: StoreUser): void {
  try {
    makeFolders(folder, 0o700);
    const stats = statSync(folder);
    if (user.userId === null) return;
    if (stats.uid !== user.userId) throw refused(folder, 'it belongs to somebody else');
    if ((stats.mode & 0o077) === 0) return;
    chmodSync(folder, 0o700);
    user.warn(`${folder} was open to others (mode ${octal(stats)}); it is yours alone now`);
  } catch (error) {
    throw diskError(error, folder, 'make');
  }
}

function refuseForeign(file: string, stats: Stats, { userId }: StoreUser): void {
  if (userId === null || stats.uid === userId || stats.uid === ROOT) return;
  throw refused(file, 'it belongs to somebody else');
}

function refused(file: string, why: string): ExpectedError {
  return new ExpectedError('CONFIG', `${file} is not used: ${why}`, {
    hint: 'move it away, or name another folder with STREAMDIVER_CONFIG_DIR',
  });
}

function unreadable(file: string, cause: NodeJS.ErrnoException): ExpectedError {
  return new ExpectedError('CONFIG', `${file} cannot be read: ${reasonOf(cause)}`, {
    cause,
    hint: 'check its permissions; it was not changed',
  });
}

function octal({ mode }: Stats): string {
  return `0${(mode & 0o777).toString(8)}`;
}
