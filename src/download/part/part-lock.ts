import { type Lock, type LockWait, waitForLock } from '../../disk/lock.ts';
import { busy, type LockingProcess } from '../../disk/lock-record.ts';
import { ExpectedError } from '../../errors.ts';

/** The writing process, and how it waits. */
export interface PartWriter extends Pick<LockWait, 'clock' | 'signal'> {
  readonly owner: LockingProcess;
}

/** Longer than a lock without a record is valid. */
const UNSIGNED_WAIT_MS = 1_500;

/**
 * Locks a target with a file beside it, and takes over a lock of a dead process. If the lock is deleted, the journal
 * still prevents two writers: only one process can create it, and it names its process.
 * @param signOfLife a file that the process writes regularly while it has the lock
 * @throws ExpectedError BUSY if another process is writing the same target, DISK if it cannot be locked; the signal's
 *   reason
 */
export async function acquirePartLock(
  lockPath: string,
  { owner, clock, signal }: PartWriter,
  signOfLife: string,
): Promise<Lock> {
  const lock = await waitForLock(lockPath, {
    owner,
    clock,
    signal,
    signOfLife,
    mode: 0o666,
    inTheWay: { code: 'EXISTS', hint: `move ${lockPath} away, or choose another name with -o` },
    waitMs: UNSIGNED_WAIT_MS,
    onTaken: (by) => {
      throw busy(by, `delete ${lockPath}`);
    },
  });
  if (lock !== null) return lock;
  throw new ExpectedError('BUSY', `other processes are locking ${lockPath} at the same time`);
}
