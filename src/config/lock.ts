import { randomBytes } from 'node:crypto';
import { promises as files } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import { diskError, isSystemError } from '../disk/disk-error.ts';
import { type LockingProcess, lockRecordOf, mayBeAlive } from '../disk/lock-record.ts';
import { readSignature } from '../disk/read-signature.ts';
import { NotOurFileError } from '../disk/read-small-file.ts';
import { renameWithoutReplacing } from '../disk/rename-without-replacing.ts';
import { ExpectedError } from '../errors.ts';

export interface LockOptions {
  readonly owner: LockingProcess;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly waitMs: number;
}

const RECHECK_MS = 50;
/** Without hard links, a lock is briefly empty before it is signed. */
const UNSIGNED_MS = 1_000;
const TEMPORARY = /^\.new-(\d+)-/;

/** An unpredictable name in the same folder. It contains the process ID, to find leftovers of a killed process. */
export function temporaryBeside(file: string, pid: number): string {
  return path.join(
    path.dirname(file),
    `.new-${pid}-${randomBytes(6).toString('hex')}-${path.basename(file)}`,
  );
}

/** Whether a name has this format and its process has ended. */
export function isStaleFolder(name: string, { pid, isProcessAlive }: LockingProcess): boolean {
  const [, maker] = TEMPORARY.exec(name) ?? [];
  return maker !== undefined && (Number(maker) === pid || !isProcessAlive(Number(maker)));
}

/**
 * Waits for a lock file, and replaces the lock of a dead process on this machine. Null at the timeout. With hard
 * links, the file is signed from the start, because an unsigned lock would look dead.
 * @throws ExpectedError DISK when the lock cannot be created, the signal's reason when it was aborted
 */
export async function waitForLock(
  lockPath: string,
  { owner, clock, signal, waitMs }: LockOptions,
): Promise<{ release: () => Promise<void> } | null> {
  const deadlineMs = clock.monotonicMs() + waitMs;
  try {
    for (;;) {
      const nowMs = await tryToAcquire(lockPath, owner);
      if (nowMs === null) break;
      signal.throwIfAborted();
      if (await isLocked(lockPath, owner, nowMs)) {
        if (clock.monotonicMs() >= deadlineMs) return null;
        await clock.sleep(RECHECK_MS, signal);
      } else await removeDead(lockPath, owner, nowMs);
    }
  } catch (error) {
    throw diskError(error, lockPath, 'lock');
  }
  return { release: () => files.rm(lockPath, { force: true }) };
}

/** Null if acquired; else the current time of the file system, which can be on another machine. */
async function tryToAcquire(lockPath: string, owner: LockingProcess): Promise<number | null> {
  const signed = temporaryBeside(lockPath, owner.pid);
  try {
    await files.writeFile(signed, JSON.stringify(lockRecordOf(owner)), { mode: 0o600, flag: 'wx' });
    await renameWithoutReplacing(signed, lockPath);
    return null;
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST') return (await files.lstat(signed)).mtimeMs;
    throw error;
  } finally {
    await files.rm(signed, { force: true });
  }
}

async function isLocked(lockPath: string, owner: LockingProcess, nowMs: number): Promise<boolean> {
  try {
    const { holder, isEmpty, modifiedMs } = await readSignature(lockPath);
    const silentMs = nowMs - modifiedMs;
    if (isEmpty) return silentMs < UNSIGNED_MS;
    return holder !== null && mayBeAlive(holder, silentMs, owner);
  } catch (error) {
    if (error instanceof NotOurFileError) throw notALock(lockPath, error);
    if (isSystemError(error) && error.code === 'ENOENT') return false;
    throw error;
  }
}

function notALock(path: string, cause: NotOurFileError): ExpectedError {
  return new ExpectedError('CONFIG', `cannot create the lock ${path}: a different file exists`, {
    cause,
    hint: `remove ${path}`,
  });
}

/** Another process can replace the same dead lock at the same time. A live lock is restored. */
async function removeDead(lockPath: string, owner: LockingProcess, nowMs: number): Promise<void> {
  const aside = temporaryBeside(lockPath, owner.pid);
  try {
    await files.rename(lockPath, aside);
    if (await isLocked(aside, owner, nowMs)) await renameWithoutReplacing(aside, lockPath);
  } catch (error) {
    if (!isSystemError(error) || (error.code !== 'ENOENT' && error.code !== 'EEXIST')) throw error;
  } finally {
    await files.rm(aside, { force: true });
  }
}
