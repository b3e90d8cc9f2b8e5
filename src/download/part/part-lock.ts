import { type Lock, type LockWait, waitForLock } from '../../disk/lock.ts';
import { busy, type LockingProcess } from '../../disk/lock-record.ts';
import { ExpectedError } from '../../errors.ts';

/** The process that writes, and how it waits. */
export interface PartWriter extends Pick<LockWait, 'clock' | 'signal'> {
  readonly owner: LockingProcess;
}

/** Longer than a lock without a signature counts. */
const UNSIGNED_WAIT_MS = 1_500;

/**
 * Locks a target for this process by a file beside it. A lock whose process is dead is taken over. If somebody
 * deletes the lock, the journal still prevents two writers: only one process can create it, and it names its process.
 * @param signOfLife a file that a living process keeps writing while it has the lock
 * @throws ExpectedError BUSY when another process writes the same target, DISK when it cannot be locked; the
 *   signal's reason
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
