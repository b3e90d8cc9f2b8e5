import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../clock.ts';
import { ExpectedError } from '../errors.ts';
import { diskError, isSystemError } from './disk-error.ts';
import { isSelf, type LockingProcess, type LockRecord, lockRecordOf, mayBeAlive } from './lock-record.ts';
import { readSignature } from './read-signature.ts';
import { NotOurFileError } from './read-small-file.ts';
import { renameWithoutReplacing } from './rename-without-replacing.ts';
import { modifiedMs, removeAbandoned, temporaryName } from './temporary-name.ts';

export interface Lock {
  /** When the lock was created, on the clock of the file system. */
  readonly madeMs: number;
  /** A temporary name in the same folder. The next lock in the folder removes files of killed processes. */
  readonly aside: () => string;
  /** Removes the lock, unless another process has replaced it. @throws ExpectedError DISK */
  readonly release: () => Promise<void>;
}

export interface LockOptions {
  readonly owner: LockingProcess;
  /** Permissions of the lock, before the umask. */
  readonly mode: number;
  /** A file that the process writes regularly while it has the lock. */
  readonly signOfLife?: string;
  /** The error if the lock's name belongs to something else. */
  readonly inTheWay: { readonly code: 'CONFIG' | 'EXISTS'; readonly hint: string };
  /** False does not search a large folder again for files of killed processes. */
  readonly clearsFolder?: boolean;
}

/** The lock, or the process that has it; null while that process writes its record. */
type LockAttempt =
  | { readonly kind: 'locked'; readonly lock: Lock }
  | { readonly kind: 'taken'; readonly by: LockRecord | null };

const POLL_MS = 50;
/** Without hard links, a lock is briefly empty before its record is written. */
const UNSIGNED_MS = 1_000;
/** Each attempt fails because another process was faster. */
const MOST_ATTEMPTS = 8;

/** How long to wait for a lock, and when not to. */
export interface LockWait {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly waitMs: number;
  /** Called with the process that has the lock; what it throws ends the wait. */
  readonly onTaken?: (by: LockRecord) => void;
}

/**
 * Waits for a lock file, and takes over a lock of a dead process. Null after `waitMs`.
 * @throws ExpectedError DISK if no lock can be created, CONFIG or EXISTS if its name belongs to something else; the
 *   signal's reason if it was aborted
 */
export async function waitForLock(
  lockPath: string,
  { clock, signal, waitMs, onTaken, ...options }: LockOptions & LockWait,
): Promise<Lock | null> {
  const giveUpMs = clock.monotonicMs() + waitMs;
  for (;;) {
    const attempt = await tryToLock(lockPath, options, signal);
    if (attempt.kind === 'locked') return attempt.lock;
    if (attempt.by !== null) onTaken?.(attempt.by);
    if (clock.monotonicMs() >= giveUpMs) return null;
    await clock.sleep(POLL_MS, signal);
  }
}

/** Locks immediately or not at all. Takes over a lock of a dead process. */
async function tryToLock(lockPath: string, options: LockOptions, signal: AbortSignal): Promise<LockAttempt> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const made = await makeLock(lockPath, options);
    if (made.kind === 'made') return { kind: 'locked', lock: made.lock };
    signal.throwIfAborted();
    const living = await findLiving(lockPath, made.nowMs, options);
    if (living !== null) return { kind: 'taken', by: living.by };
    await removeDead(lockPath, made.nowMs, options);
  }
  return { kind: 'taken', by: null };
}

/**
 * The new lock, or if one exists, the current time on the clock of the file system, which may be that of another machine.
 * The record is written before the lock gets its name, because an empty lock would be considered dead.
 */
async function makeLock(
  lockPath: string,
  { owner, mode, clearsFolder = true }: LockOptions,
): Promise<{ kind: 'made'; lock: Lock } | { kind: 'exists'; nowMs: number }> {
  const unnamed = temporaryName(lockPath, owner);
  try {
    const file = await open(unnamed, 'wx', mode);
    let madeMs: number;
    try {
      await file.writeFile(`${JSON.stringify(lockRecordOf(owner))}\n`);
      madeMs = (await file.stat()).mtimeMs;
    } finally {
      await file.close();
    }
    try {
      await renameWithoutReplacing(unnamed, lockPath);
    } catch (error) {
      // The name is taken, or the temporary file was deleted together with stale locks.
      if (!isSystemError(error) || (error.code !== 'EEXIST' && error.code !== 'ENOENT')) throw error;
      // Windows reports an invalid name in the same way, and a retry does not help.
      const isUnusableName = error.code === 'ENOENT' && (await modifiedMs(unnamed)) !== 0;
      if (isUnusableName) throw error;
      await rm(unnamed, { force: true });
      return { kind: 'exists', nowMs: madeMs };
    }
    if (clearsFolder) await removeAbandoned(dirname(lockPath), owner, madeMs);
    const lock: Lock = {
      madeMs,
      aside: () => temporaryName(lockPath, owner, 'tmp'),
      release: () => release(lockPath, owner),
    };
    return { kind: 'made', lock };
  } catch (error) {
    // Report the first error. The next run removes the rest.
    await rm(unnamed, { force: true }).catch(() => undefined);
    throw diskError(error, lockPath, 'lock');
  }
}

/** Null if the lock no longer exists, has had no record for too long, or belongs to a dead process. */
async function findLiving(
  lockPath: string,
  nowMs: number,
  { owner, signOfLife, inTheWay }: LockOptions,
): Promise<{ by: LockRecord | null } | null> {
  try {
    const signature = await readSignature(lockPath);
    const { holder, isEmpty } = signature;
    if (isEmpty) return nowMs - signature.modifiedMs < UNSIGNED_MS ? { by: null } : null;
    if (holder === null) return null;
    const signMs = signOfLife === undefined ? 0 : await modifiedMs(signOfLife);
    const silentMs = nowMs - Math.max(signature.modifiedMs, signMs);
    return mayBeAlive(holder, silentMs, owner) ? { by: holder } : null;
  } catch (error) {
    if (error instanceof NotOurFileError) {
      const message = `${lockPath} is in the way: it is not a lock of this program`;
      throw new ExpectedError(inTheWay.code, message, { cause: error, hint: inTheWay.hint });
    }
    if (isSystemError(error) && error.code === 'ENOENT') return null;
    throw diskError(error, lockPath, 'read');
  }
}

/**
 * Removes a dead lock. Several processes can find it at the same time, and one of them may already have replaced it with
 * its own. So the lock is renamed, checked again, and restored if its process is alive.
 */
async function removeDead(lockPath: string, nowMs: number, options: LockOptions): Promise<void> {
  const aside = temporaryName(lockPath, options.owner);
  try {
    await rename(lockPath, aside);
    if ((await findLiving(aside, nowMs, options)) !== null) await renameWithoutReplacing(aside, lockPath);
  } catch (error) {
    if (!isSystemError(error) || (error.code !== 'ENOENT' && error.code !== 'EEXIST'))
      throw diskError(error, lockPath, 'take over');
  } finally {
    // The next run removes the rest.
    await rm(aside, { force: true }).catch(() => undefined);
  }
}

/** A lock that replaced ours can have the same inode number, so the record decides. */
async function release(lockPath: string, owner: LockingProcess): Promise<void> {
  try {
    const { holder } = await readSignature(lockPath);
    if (holder !== null && isSelf(holder, owner)) await rm(lockPath, { force: true });
  } catch (error) {
    const isNotOurs = error instanceof NotOurFileError || (isSystemError(error) && error.code === 'ENOENT');
    if (!isNotOurs) throw diskError(error, lockPath, 'remove');
  }
}
