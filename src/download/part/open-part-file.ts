import type { FileHandle } from 'node:fs/promises';
import { diskError, isSystemError } from '../../disk/disk-error.ts';
import type { Lock } from '../../disk/lock.ts';
import { busy, type LockingProcess, lockRecordOf } from '../../disk/lock-record.ts';
import { ExpectedError } from '../../errors.ts';
import { createBlockChecksums } from './block-checksums.ts';
import { createByteRanges } from './byte-ranges.ts';
import { NO_VALIDATOR } from './destination.ts';
import {
  type FoundJournal,
  isSameObject,
  type Journal,
  livingLockRecord,
  type ObjectIdentity,
  readBootId,
  readJournal,
  writeJournal,
} from './journal.ts';
import { openPart, partNotRegularError } from './open-part.ts';
import { makePartFile, type PartFile } from './part-file.ts';
import { acquirePartLock } from './part-lock.ts';
import { trustedRanges } from './trusted-ranges.ts';

export interface PartFileOptions {
  readonly target: string;
  readonly identity: ObjectIdentity;
  readonly owner: LockingProcess;
  /** False throws an existing part away (`--no-resume`). */
  readonly mayResume: boolean;
  /** Whether the CRC-32 of what is written will be asked for. */
  readonly keepsChecksums?: boolean;
}

/**
 * Claims the target, opens its part and decides how much of it can be trusted.
 * @throws ExpectedError BUSY, EXISTS when something else lies under the part's name, DISK, CONFIG
 */
export async function openPartFile(options: PartFileOptions): Promise<PartFile> {
  const { target, identity, owner, mayResume, keepsChecksums = false } = options;
  const path = `${target}.part`;
  const journalPath = `${path}.json`;
  const lock = await acquirePartLock(`${path}.lock`, owner, journalPath);
  const opened: FileHandle[] = [];
  try {
    const bootId = await readBootId();
    const there = await readJournal(journalPath);
    const found = there === 'unreadable' ? null : there;
    refuseLiving(found, { lock, owner, journalPath });
    const known = mayResume ? (found?.journal ?? null) : null;
    if (known !== null && !isSameObject(known.identity, identity)) throw partNotRegularError(path);
    const part = await openPart(path, {
      mayBeStrange: known !== null || !mayResume,
      aside: lock.aside(),
    });
    opened.push(part);
    const trust = trustedRanges(known, (await part.stat()).size, bootId);
    const have = createByteRanges(trust.ranges);
    const journal: Journal = {
      identity,
      sizeBytes: have.end() > 0 ? (known?.sizeBytes ?? null) : null,
      validator: have.end() > 0 ? (known?.validator ?? NO_VALIDATOR) : NO_VALIDATOR,
      synced: trust.synced,
      written: trust.ranges,
      bootId,
      holder: lockRecordOf(owner),
      rejected: null,
    };
    const notes = await writeJournal(journalPath, journal, {
      aside: lock.aside(),
      mayReplace: there !== null,
    });
    opened.push(notes);
    await part.truncate(have.end());
    const checksums = keepsChecksums ? createBlockChecksums() : null;
    const { reason: discarded, unsyncedBytes } = trust;
    const opening = {
      path,
      journalPath,
      part,
      notes,
      journal,
      have,
      checksums,
      discarded,
      unsyncedBytes,
      lock,
    };
    return makePartFile(opening);
  } catch (error) {
    // The first error is the one to tell.
    for (const handle of opened) await handle.close().catch(() => undefined);
    await lock.release().catch(() => undefined);
    // Without its lock, another process may put its journal in the place of ours, or move ours away.
    if (isSystemError(error) && (error.code === 'EEXIST' || error.code === 'ENOENT')) {
      throw new ExpectedError('BUSY', `another process has just begun to write ${target}`);
    }
    throw diskError(error, path, 'open');
  }
}

/** The lock may have been deleted: the journal knows better. */
function refuseLiving(
  found: FoundJournal | null,
  { lock, owner, journalPath }: { lock: Lock; owner: LockingProcess; journalPath: string },
): void {
  const holder = found === null ? null : livingLockRecord(found, lock.madeMs, owner);
  if (holder !== null) throw busy(holder, `delete ${journalPath}`);
}
