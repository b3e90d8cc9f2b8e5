import { createHash, randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diskError, isSystemError, onDisk } from '../../disk/disk-error.ts';
import {
  busy,
  isSelf,
  type LockingProcess,
  type LockRecord,
  lockRecordOf,
  mayBeAlive,
  SILENCE_MS,
} from '../../disk/lock-record.ts';
import { OWN_NAME_PREFIX } from '../../disk/own-names.ts';
import { readSignature } from '../../disk/read-signature.ts';
import { NotOurFileError } from '../../disk/read-small-file.ts';
import { renameWithoutReplacing } from '../../disk/rename-without-replacing.ts';
import { ExpectedError } from '../../errors.ts';

export interface PartLock {
  /** When the lock was made, on the clock of the file system. */
  readonly madeMs: number;
  /** A name in the same folder for a moment; what a killed process leaves under it is cleared away. */
  aside(): string;
  release(): Promise<void>;
}

/**
 * Claims a target for this process by a lock file beside it. A lock whose process is dead is taken
 * over. Somebody may delete the lock all the same: what must never happen then is prevented by the
 * journal, which only one process can make and which names its holder.
 * @param signOfLife a file that a living holder writes again and again
 * @throws ExpectedError BUSY when another process writes the same target, DISK when it cannot be claimed
 */
export async function acquirePartLock(
  lock: string,
  owner: LockingProcess,
  signOfLife: string,
): Promise<PartLock> {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const made = await makeLock(lock, owner);
    if (made !== null) return made;
    const holder = await readLivingHolder(lock, owner, signOfLife);
    if (holder !== null) throw busy(holder, `delete ${lock}`);
    await takeAway(lock, owner, signOfLife);
  }
  throw new ExpectedError('BUSY', `other processes are claiming ${lock} at the same time`);
}

/** Null when there is a lock. It is signed before it gets its name: an unsigned one would be taken for a dead one. */
async function makeLock(lock: string, owner: LockingProcess): Promise<PartLock | null> {
  const unnamed = temporaryName(lock, owner);
  try {
    const file = await open(unnamed, 'wx', 0o666);
    let madeMs: number;
    try {
      await file.writeFile(`${JSON.stringify(lockRecordOf(owner))}\n`);
      madeMs = (await file.stat()).mtimeMs;
    } finally {
      await file.close();
    }
    try {
      await renameWithoutReplacing(unnamed, lock);
    } catch (error) {
      // Somebody who deletes locks has deleted it before it had its name.
      if (isSystemError(error) && error.code === 'ENOENT') return null;
      throw error;
    }
    await clearAway(dirname(lock), owner, madeMs);
    return {
      madeMs,
      aside: () => temporaryName(lock, owner, 'tmp'),
      release: () => release(lock, owner),
    };
  } catch (error) {
    // The first error is the one to tell; what stays is cleared away by the next run.
    await rm(unnamed, { force: true }).catch(() => undefined);
    if (isSystemError(error) && error.code === 'EEXIST') return null;
    throw diskError(error, lock, 'create');
  }
}

/**
 * Beside the lock, `.streamdiver-dl-HOST-PID-RANDOM.lock`, or `.tmp` for what is no lock and must survive those
 * who delete locks: others can tell whether its process has died.
 */
function temporaryName(
  lock: string,
  { hostname, pid }: LockingProcess,
  ending: 'lock' | 'tmp' = 'lock',
): string {
  const random = randomBytes(6).toString('hex');
  return join(dirname(lock), `${OWN_NAME_PREFIX}${hostKey(hostname)}-${pid}-${random}.${ending}`);
}

const TEMPORARY_NAME = /^\.streamdiver-dl-([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{12}\.(?:lock|tmp)$/;

function hostKey(hostname: string): string {
  return createHash('sha256').update(hostname).digest('hex').slice(0, 8);
}

/** Removes the temporary files of processes that were killed while they claimed something in the same folder. */
async function clearAway(folder: string, owner: LockingProcess, nowMs: number): Promise<void> {
  // Files can be written in some folders that cannot be read.
  const names = await unlessForbidden(readdir(folder));
  for (const name of names ?? []) {
    const [, host, pid] = TEMPORARY_NAME.exec(name) ?? [];
    if (host === undefined) continue;
    const temporary = join(folder, name);
    const isDead = host === hostKey(owner.hostname) && !owner.isProcessAlive(Number(pid));
    // They last for moments: one that is old belongs to another machine, or a later process has its number.
    const isAbandoned = isDead || nowMs - (await modifiedMs(temporary)) >= SILENCE_MS;
    // In a folder such as /tmp it may be somebody else's; what is no file is none of ours.
    if (isAbandoned && (await isFile(temporary))) await unlessForbidden(rm(temporary, { force: true }));
  }
}

/** Somebody else's, or a folder, which is none of ours whatever its name. */
const LEFT_ALONE = new Set(['EACCES', 'EPERM', 'EISDIR', 'ERR_FS_EISDIR']);

async function unlessForbidden<Result>(operation: Promise<Result>): Promise<Result | null> {
  try {
    return await operation;
  } catch (error) {
    if (isSystemError(error) && LEFT_ALONE.has(error.code ?? '')) return null;
    throw error;
  }
}

/** Null when the lock vanished meanwhile, nobody has signed it, or its writer has died. */
async function readLivingHolder(
  path: string,
  owner: LockingProcess,
  signOfLife: string,
): Promise<LockRecord | null> {
  try {
    const { holder } = await readSignature(path);
    if (holder === null) return null;
    const needsTime = holder.hostname !== owner.hostname || holder.startedAt === null;
    const silentMs = needsTime ? await silenceOf([path, signOfLife], temporaryName(path, owner)) : 0;
    return mayBeAlive(holder, silentMs, owner) ? holder : null;
  } catch (error) {
    if (error instanceof NotOurFileError) throw notALock(path, error);
    if (isSystemError(error) && error.code === 'ENOENT') return null;
    throw diskError(error, path, 'read');
  }
}

function notALock(path: string, cause: NotOurFileError): ExpectedError {
  return new ExpectedError('EXISTS', `${path} is in the way: it is not a lock of this program`, {
    cause,
    hint: `move ${path} away, or choose another name with -o`,
  });
}

/** Since the youngest of the files was written, on the clock of the file system, which may be another machine's. */
async function silenceOf(paths: readonly string[], probe: string): Promise<number> {
  const modified = await Promise.all(paths.map(modifiedMs));
  const file = await open(probe, 'w', 0o666);
  try {
    return (await file.stat()).mtimeMs - Math.max(...modified);
  } finally {
    await file.close();
    await rm(probe, { force: true });
  }
}

async function modifiedMs(path: string): Promise<number> {
  return (await lstatOrNull(path))?.mtimeMs ?? 0;
}

async function isFile(path: string): Promise<boolean> {
  return (await lstatOrNull(path))?.isFile() === true;
}

async function lstatOrNull(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Removes our own lock, not one that somebody else has made after ours was deleted: that one may even
 * have its inode number.
 */
async function release(lock: string, owner: LockingProcess): Promise<void> {
  try {
    const { holder } = await readSignature(lock);
    if (holder !== null && isSelf(holder, owner)) await rm(lock, { force: true });
  } catch (error) {
    const isNotOurs = error instanceof NotOurFileError || (isSystemError(error) && error.code === 'ENOENT');
    if (!isNotOurs) throw diskError(error, lock, 'remove');
  }
}

/**
 * Takes a dead lock out of the way. Several processes may find it at once, and one of them may have
 * put its own in place already: what was moved away is looked at again, and put back if it lives.
 */
async function takeAway(lock: string, owner: LockingProcess, signOfLife: string): Promise<void> {
  const aside = temporaryName(lock, owner);
  try {
    await rename(lock, aside);
    if ((await readLivingHolder(aside, owner, signOfLife)) !== null)
      await renameWithoutReplacing(aside, lock);
  } catch (error) {
    if (!isSystemError(error) || (error.code !== 'ENOENT' && error.code !== 'EEXIST'))
      throw diskError(error, lock, 'take over');
  }
  await onDisk(rm(aside, { force: true }), aside, 'remove');
}
