import { setTimeout } from 'node:timers/promises';
import { type Lock, tryToLock } from '../../disk/lock.ts';
import { busy, type LockingProcess } from '../../disk/lock-record.ts';
import { ExpectedError } from '../../errors.ts';

const LOOK_AGAIN_MS = 100;
/** A lock without a signature counts for a second. */
const MOST_LOOKS = 15;

/**
 * Locks a target for this process by a file beside it. A lock whose process is dead is taken
 * over. Somebody may delete the lock all the same: what must never happen then is prevented by the
 * journal, which only one process can make and which names its holder.
 * @param signOfLife a file that a living holder writes again and again
 * @throws ExpectedError BUSY when another process writes the same target, DISK when it cannot be locked
 */
export async function acquirePartLock(
  lockPath: string,
  owner: LockingProcess,
  signOfLife: string,
): Promise<Lock> {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const attempt = await tryToLock(lockPath, {
      owner,
      signOfLife,
      mode: 0o666,
      inTheWay: { code: 'EXISTS', hint: `move ${lockPath} away, or choose another name with -o` },
    });
    if (attempt.kind === 'locked') return attempt.lock;
    if (attempt.by !== null) throw busy(attempt.by, `delete ${lockPath}`);
    await setTimeout(LOOK_AGAIN_MS);
  }
  throw new ExpectedError('BUSY', `other processes are claiming ${lockPath} at the same time`);
}
