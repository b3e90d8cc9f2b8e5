import { lstat, rm } from 'node:fs/promises';
import { diskError, isSystemError, onDisk } from '../disk/disk-error.ts';
import { mayBeAlive, type Owner } from '../disk/holder.ts';
import { isExpectedError } from '../errors.ts';
import { type Claim, claim } from './claim.ts';
import { isSameObject, type ObjectIdentity, readJournal } from './journal.ts';

/**
 * Clears away what a run left that was killed between giving the file its name and tidying up. A part
 * of another object, or of a process that lives, stays.
 * @throws ExpectedError DISK
 */
export async function clearLeftBehind(target: string, identity: ObjectIdentity, owner: Owner): Promise<void> {
  const path = `${target}.part`;
  const journalPath = `${path}.json`;
  const lockPath = `${path}.lock`;
  if (!(await isThere(journalPath)) && !(await isThere(lockPath))) return;
  let lock: Claim;
  try {
    lock = await claim(lockPath, owner, journalPath);
  } catch (error) {
    if (isExpectedError(error, 'BUSY')) return;
    throw error;
  }
  try {
    const found = await readJournal(journalPath);
    if (found === null || found === 'unreadable' || !isSameObject(found.journal.identity, identity)) return;
    const { holder } = found.journal;
    if (holder !== null && mayBeAlive(holder, lock.madeMs - found.modifiedMs, owner)) return;
    await onDisk(rm(path, { force: true }), path, 'remove');
    await onDisk(rm(journalPath, { force: true }), journalPath, 'remove');
  } finally {
    await lock.release();
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return false;
    throw diskError(error, path, 'look for');
  }
}
