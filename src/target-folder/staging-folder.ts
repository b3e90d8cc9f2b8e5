import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { diskError, errorCode } from '../disk/disk-error.ts';
import { type LockingProcess, mayBeAlive } from '../disk/lock-record.ts';
import { OWN_NAME_PREFIX } from '../disk/own-names.ts';
import type { SavePlace } from '../range/range-source.ts';
import { type Folder, lstatOrNull, openExistingFolder, openFolder, type Place } from './folder.ts';
import { ignoringFailure } from './temporary-file.ts';

/**
 * A folder in the target, `.streamdiver-dl-HOST-PID-START-RANDOM`, for files until they are complete. There is no START
 * where the system does not tell when a process started. After a kill, the next run removes the folder, and takes over
 * what it can continue.
 */
export interface StagingFolder {
  /**
   * Removes the parts that were taken over, except those with one of these keys.
   * @returns the bytes that the kept ones take on the disk
   * @throws ExpectedError DISK
   */
  keepParts(keys: ReadonlySet<string>): number;
  /** An unused place. */
  temporaryPlace(): Place;
  /** The place of a part that the next run can continue, by a key of 32 hexadecimal digits. */
  partPlace(key: string): SavePlace;
  /** Removes the folder, unless parts are left in it. */
  close(): void;
}

const NAME = /^\.streamdiver-dl-([0-9a-f]{8})-(\d{1,10})-(?:(\d+)-)?[0-9a-f]{12}$/;
/**
 * Another process removes the same folder, somebody put something of their own into it, or (EBUSY and EACCES, on
 * Windows) a file in it is open elsewhere.
 */
const LEFT_TO_OTHERS: ReadonlySet<string | undefined> = new Set([
  'ENOENT',
  'ENOTEMPTY',
  'EISDIR',
  'EPERM',
  'EBUSY',
  'EACCES',
]);
const PART_NAME = /^([0-9a-f]{32})\.part(?:\.json)?$/;
const OWN_FILE = /^(?:\d+\.tmp|[0-9a-f]{32}\.part(?:\.json)?)$/;
/** The unit of `blocks` in the status of a file, on any file system. */
const STATUS_BLOCK_BYTES = 512n;

/**
 * @param root the target folder
 * @throws ExpectedError DISK
 */
export function openStagingFolder(root: Folder, owner: LockingProcess): StagingFolder {
  const { pid, hostname } = owner;
  const host = createHash('sha256').update(hostname).digest('hex').slice(0, 8);
  const parts = [host, pid, owner.processStartedAt(pid), randomBytes(6).toString('hex')];
  const own = root.at(OWN_NAME_PREFIX + parts.filter((part) => part !== null).join('-'));
  let folder: Folder | null = null;
  let count = 0;
  const inside = (name: string): Place => (folder ??= makePrivateFolder(own)).at(name);
  const temporaryPlace = (): Place => inside(`${count++}.tmp`);
  const isAbandoned = (name: string): boolean => {
    const [, itsHost, itsPid, startedAt = null] = NAME.exec(name) ?? [];
    if (itsHost !== host) return false;
    // A process with our own number is an earlier one: this one has only just started.
    return Number(itsPid) === pid || !mayBeAlive({ pid: Number(itsPid), startedAt, hostname }, 0, owner);
  };
  const steal = (place: Place): void => {
    if (lstatOrNull(place.path)?.isDirectory() !== true) return;
    const left = openFolder(place);
    if (left === null) return;
    try {
      for (const name of readdirSync(left.at('').path)) {
        const old = left.at(name);
        if (!OWN_FILE.test(name) || lstatOrNull(old.path)?.isFile() !== true) continue;
        if (PART_NAME.test(name) && isOnlyName(old)) renameSync(old.path, inside(name).path);
        else unlinkSync(old.path);
      }
    } finally {
      left.close();
    }
    rmdirSync(place.path);
  };
  const close = (): void => {
    if (folder === null) return;
    folder.close();
    try {
      rmdirSync(own.path);
    } catch (error) {
      if (errorCode(error) !== 'ENOTEMPTY' && errorCode(error) !== 'ENOENT')
        throw diskError(error, own.shownPath, 'remove');
    }
  };
  try {
    for (const name of readdirSync(root.at('').path).filter(isAbandoned)) {
      unlessLeftToOthers(() => steal(root.at(name)));
    }
  } catch (error) {
    ignoringFailure(close);
    throw diskError(error, root.shownPath, 'remove what an earlier run left in');
  }
  return {
    keepParts(keys) {
      if (folder === null) return 0;
      let keptBytes = 0n;
      try {
        for (const name of readdirSync(folder.at('').path)) {
          const { path, shownPath } = folder.at(name);
          const [, key = ''] = PART_NAME.exec(name) ?? [];
          if (keys.has(key)) keptBytes += (lstatOrNull(path, shownPath)?.blocks ?? 0n) * STATUS_BLOCK_BYTES;
          else unlessLeftToOthers(() => unlinkSync(path));
        }
      } catch (error) {
        throw diskError(error, own.shownPath, 'remove what an earlier run left in');
      }
      return Number(keptBytes);
    },
    temporaryPlace,
    partPlace: (key) => ({
      ...inside(`${key}.part`),
      journalPath: inside(`${key}.part.json`).path,
      aside: () => temporaryPlace().path,
    }),
    close,
  };
}

function unlessLeftToOthers(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!LEFT_TO_OTHERS.has(errorCode(error))) throw error;
  }
}

/** A part that also has another name is a complete file: its process was killed right after it named the file. */
function isOnlyName({ path, shownPath }: Place): boolean {
  const stat = lstatOrNull(path, shownPath);
  return stat !== null && stat.isFile() && stat.nlink === 1n;
}

function makePrivateFolder(place: Place): Folder {
  try {
    mkdirSync(place.path, { mode: 0o700 });
  } catch (error) {
    throw diskError(error, place.shownPath, 'make the folder');
  }
  return openExistingFolder(place);
}
