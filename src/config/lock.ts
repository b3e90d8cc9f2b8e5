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

const LOOK_AGAIN_MS = 50;
/** Where there are no hard links a lock is empty for a moment before it is signed. */
const UNSIGNED_MS = 1_000;
const TEMPORARY = /^\.new-(\d+)-/;

/** A name in the same folder that nobody can foresee, and that tells whose it is, so that what a killed process left can be found. */
export function temporaryBeside(file: string, pid: number): string {
  return path.join(
    path.dirname(file),
    `.new-${pid}-${randomBytes(6).toString('hex')}-${path.basename(file)}`,
  );
}

/** Whether a name is of that kind and nobody uses it any more. */
export function isStaleFolder(name: string, { pid, isProcessAlive }: LockingProcess): boolean {
  const [, maker] = TEMPORARY.exec(name) ?? [];
  return maker !== undefined && (Number(maker) === pid || !isProcessAlive(Number(maker)));
}

/**
 * Waits its turn for a lock file; one of a dead process on this machine is taken over. Null when the
 * time was up. The file appears signed where there are hard links: an unsigned one would look dead.
 * @throws ExpectedError DISK when no lock can be made there, the signal's reason when it was aborted
 */
export async function waitForLock(
  lockPath: string,
  { owner, clock, signal, waitMs }: LockOptions,
): Promise<{ release: () => Promise<void> } | null> {
  const giveUpMs = clock.monotonicMs() + waitMs;
  try {
    for (;;) {
      const nowMs = await tryToTake(lockPath, owner);
      if (nowMs === null) break;
      signal.throwIfAborted();
      if (await isHeld(lockPath, owner, nowMs)) {
        if (clock.monotonicMs() >= giveUpMs) return null;
        await clock.sleep(LOOK_AGAIN_MS, signal);
      } else await removeDead(lockPath, owner, nowMs);
    }
  } catch (error) {
    throw diskError(error, lockPath, 'lock');
  }
  return { release: () => files.rm(lockPath, { force: true }) };
}

/** Null when the lock is ours; else what time it is on the clock of the file system, which may be another machine's. */
async function tryToTake(lockPath: string, owner: LockingProcess): Promise<number | null> {
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

async function isHeld(lockPath: string, owner: LockingProcess, nowMs: number): Promise<boolean> {
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
  return new ExpectedError('CONFIG', `${path} is in the way: it is not a lock of this program`, {
    cause,
    hint: `move ${path} away`,
  });
}

/** Others may find the same dead lock, and have replaced it since: one that lives is put back. */
async function removeDead(lockPath: string, owner: LockingProcess, nowMs: number): Promise<void> {
  const aside = temporaryBeside(lockPath, owner.pid);
  try {
    await files.rename(lockPath, aside);
    if (await isHeld(aside, owner, nowMs)) await renameWithoutReplacing(aside, lockPath);
  } catch (error) {
    if (!isSystemError(error) || (error.code !== 'ENOENT' && error.code !== 'EEXIST')) throw error;
  } finally {
    await files.rm(aside, { force: true });
  }
}
