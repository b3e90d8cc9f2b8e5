import type { FileHandle } from 'node:fs/promises';
import { diskError, isSystemError } from '../../disk/disk-error.ts';
import type { Lock } from '../../disk/lock.ts';
import { busy, type LockingProcess, type LockRecord, lockRecordOf } from '../../disk/lock-record.ts';
import { ExpectedError } from '../../errors.ts';
import { createBlockChecksums } from './block-crc32.ts';
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
import { makePartFile, type PartFile, type PartPlace } from './part-file.ts';
import { acquirePartLock, type PartWriter } from './part-lock.ts';
import { trustedRanges } from './trusted-ranges.ts';

export interface PartFileOptions extends PartWriter {
  readonly target: string;
  readonly identity: ObjectIdentity;
  /** False discards an existing part (`--no-resume`). */
  readonly mayResume: boolean;
  /** Whether to keep the CRC-32 of written bytes. */
  readonly keepsChecksums?: boolean;
}

/**
 * Locks the target, opens its part, and decides how much of it can be trusted.
 * @throws ExpectedError BUSY, EXISTS if the part's name is taken by something else, DISK, CONFIG
 */
export async function openPartFile({
  target,
  owner,
  clock,
  signal,
  keepsChecksums = false,
  ...options
}: PartFileOptions): Promise<PartFile> {
  const path = `${target}.part`;
  const journalPath = `${path}.json`;
  const lock = await acquirePartLock(`${path}.lock`, { owner, clock, signal }, journalPath);
  const place = { path, shownPath: path, journalPath, aside: lock.aside, release: lock.release };
  try {
    return await openPartAt(place, {
      ...options,
      keepsChecksums,
      holder: lockRecordOf(owner),
      check: (found) => refuseLiving(found, { lock, owner, journalPath }),
    });
  } catch (error) {
    // Report the first error.
    await lock.release().catch(() => undefined);
    // Without the lock, another process may have replaced our journal or moved it away.
    if (isSystemError(error) && (error.code === 'EEXIST' || error.code === 'ENOENT')) {
      throw new ExpectedError('BUSY', `another process has just begun to write ${target}`);
    }
    throw diskError(error, path, 'open');
  }
}

export interface PartOptions extends Pick<PartFileOptions, 'identity' | 'mayResume'> {
  readonly keepsChecksums: boolean;
  /** The process to record in the journal; null in a folder of this process. */
  readonly holder: LockRecord | null;
  /** Called with the existing journal. @throws if the part must not be opened */
  readonly check?: (found: FoundJournal | null) => void;
}

/**
 * Opens a part that no other process writes. In a folder of this process, an existing part is used or replaced.
 * @throws ExpectedError EXISTS, CONFIG, DISK; system errors
 */
export async function openPartAt(
  place: PartPlace,
  { identity, mayResume, keepsChecksums, holder, check }: PartOptions,
): Promise<PartFile> {
  const { path, shownPath, journalPath } = place;
  const opened: FileHandle[] = [];
  try {
    const bootId = await readBootId();
    const existing = await readJournal(journalPath, `${shownPath}.json`);
    const found = existing === 'unreadable' ? null : existing;
    check?.(found);
    const known = mayResume ? (found?.journal ?? null) : null;
    if (known !== null && !isSameObject(known.identity, identity)) throw partNotRegularError(shownPath);
    const part = await openPart(path, {
      mayBeStrange: known !== null || !mayResume || holder === null,
      aside: place.aside(),
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
      holder,
      rejected: null,
    };
    const notes = await writeJournal(journalPath, journal, {
      aside: place.aside(),
      mayReplace: existing !== null,
    });
    opened.push(notes);
    await part.truncate(have.end());
    const checksums = keepsChecksums ? createBlockChecksums() : null;
    const { reason: discarded, unsyncedBytes } = trust;
    return makePartFile({ place, part, notes, journal, have, checksums, discarded, unsyncedBytes });
  } catch (error) {
    // Report the first error.
    for (const handle of opened) await handle.close().catch(() => undefined);
    throw error;
  }
}

/** The lock may have been deleted, but the journal still names the process. */
function refuseLiving(
  found: FoundJournal | null,
  { lock, owner, journalPath }: { lock: Lock; owner: LockingProcess; journalPath: string },
): void {
  const holder = found === null ? null : livingLockRecord(found, lock.madeMs, owner);
  if (holder !== null) throw busy(holder, `delete ${journalPath}`);
}
