import { rm } from 'node:fs/promises';
import { onDisk } from '../../disk/disk-error.ts';
import type { Lock } from '../../disk/lock.ts';
import type { LockingProcess } from '../../disk/lock-record.ts';
import { isExpectedError } from '../../errors.ts';
import { isSameObject, livingLockRecord, type ObjectIdentity, readJournal } from './journal.ts';
import { acquirePartLock } from './part-lock.ts';
import { findExisting } from './publish.ts';

/**
 * Clears away what a run left that was killed between giving the file its name and tidying up. A part
 * of another object, or of a process that lives, stays.
 * @throws ExpectedError DISK
 */
export async function removeStalePart(
  target: string,
  identity: ObjectIdentity,
  owner: LockingProcess,
): Promise<void> {
  const path = `${target}.part`;
  const journalPath = `${path}.json`;
  const lockPath = `${path}.lock`;
  const left = await Promise.all([journalPath, lockPath].map(findExisting));
  if (left.every((there) => there === 'nothing')) return;
  let lock: Lock;
  try {
    lock = await acquirePartLock(lockPath, owner, journalPath);
  } catch (error) {
    if (isExpectedError(error, 'BUSY')) return;
    throw error;
  }
  try {
    const found = await readJournal(journalPath);
    if (found === null || found === 'unreadable' || !isSameObject(found.journal.identity, identity)) return;
    if (livingLockRecord(found, lock.madeMs, owner) !== null) return;
    await onDisk(rm(path, { force: true }), path, 'remove');
    await onDisk(rm(journalPath, { force: true }), journalPath, 'remove');
  } finally {
    await lock.release();
  }
}
