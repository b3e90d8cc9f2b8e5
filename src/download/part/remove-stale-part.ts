import { rm } from 'node:fs/promises';
import { onDisk } from '../../disk/disk-error.ts';
import type { Lock } from '../../disk/lock.ts';
import { isExpectedError } from '../../errors.ts';
import { isSameObject, livingLockRecord, type ObjectIdentity, readJournal } from './journal.ts';
import { acquirePartLock, type PartWriter } from './part-lock.ts';
import { findExisting } from './publish.ts';

/**
 * Removes the leftovers of a run that was killed after it renamed the file. A part of another object or of a running
 * process stays.
 * @throws ExpectedError DISK; the signal's reason
 */
export async function removeStalePart(
  target: string,
  identity: ObjectIdentity,
  writer: PartWriter,
): Promise<void> {
  const path = `${target}.part`;
  const journalPath = `${path}.json`;
  const lockPath = `${path}.lock`;
  const left = await Promise.all([journalPath, lockPath].map(findExisting));
  if (left.every((kind) => kind === 'nothing')) return;
  let lock: Lock;
  try {
    lock = await acquirePartLock(lockPath, writer, journalPath);
  } catch (error) {
    if (isExpectedError(error, 'BUSY')) return;
    throw error;
  }
  try {
    const found = await readJournal(journalPath);
    if (found === null || found === 'unreadable' || !isSameObject(found.journal.identity, identity)) return;
    if (livingLockRecord(found, lock.madeMs, writer.owner) !== null) return;
    await onDisk(rm(path, { force: true }), path, 'remove');
    await onDisk(rm(journalPath, { force: true }), journalPath, 'remove');
  } finally {
    await lock.release();
  }
}
