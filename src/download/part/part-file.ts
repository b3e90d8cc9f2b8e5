import { type FileHandle, lstat, rm } from 'node:fs/promises';
import { isSystemError, onDisk } from '../../disk/disk-error.ts';
import type { Lock } from '../../disk/lock.ts';
import { type AvailableRanges, createAvailableRanges } from './available-ranges.ts';
import { createByteRanges, type GrowingByteRanges } from './byte-ranges.ts';
import { type Destination, NO_VALIDATOR } from './destination.ts';
import { appendNote, type Journal, partReplacedError, writeJournal } from './journal.ts';
import { replacePart } from './open-part.ts';
import { writeFully } from './write-fully.ts';

/** The bytes of a download that is under way, `NAME.part`, with its journal, `NAME.part.json`. */
export interface PartFile extends Destination {
  readonly path: string;
  /** The open file; another one after `restart`. */
  handle(): FileHandle;
  readonly availableRanges: AvailableRanges;
  /** Why an earlier part could not be continued, for people; null when there was none or it is continued. */
  readonly discarded: string | null;
  /** How many bytes of an earlier run are a part of it; none once it has begun again. */
  resumedFrom(): number;
  /** Throws a range away, so that it is brought again. */
  forget(start: number, end: number): Promise<void>;
  /** Notes that the bytes are complete but wrong, so that the next run starts again. */
  reject(reason: string): Promise<void>;
  /** @throws ExpectedError BUSY when another process has taken the part over, in spite of the claim */
  assertOurs(): Promise<void>;
  /** Closes the file and releases the claim; the part stays for the next run. */
  close(): Promise<void>;
  /** Closes and removes part and journal after success; the part itself may already have its final name. */
  remove(): Promise<void>;
}

/** What a part file is made of once it is open. */
export interface Parts {
  readonly path: string;
  readonly journalPath: string;
  readonly part: FileHandle;
  readonly notes: FileHandle;
  readonly journal: Journal;
  readonly have: GrowingByteRanges;
  readonly discarded: string | null;
  readonly lock: Lock;
}

/** Joins what was opened into one. */
export function makePartFile({ path, journalPath, discarded, have, lock, ...initial }: Parts): PartFile {
  let { part, notes, journal } = initial;
  const arrivals = createAvailableRanges(have);
  // A reader may still be under way in a file that was replaced.
  const replaced: FileHandle[] = [];
  let isRemoved = false;
  /** Counts the files: what was begun for one of them says nothing of the next. */
  let generation = 0;
  let resumedFrom = have.totalBytes();
  let saving: Promise<void> = Promise.resolve();
  /** One after the other: a checkpoint in the background must not meet a restart in the journal. */
  const inTurn = (task: () => Promise<void>): Promise<void> => {
    saving = saving.then(() => onDisk(task(), journalPath, 'write'));
    return saving;
  };
  const save = (changes: () => Partial<Journal>): Promise<void> =>
    inTurn(async () => {
      await assertInode(notes, journalPath);
      journal = { ...journal, ...changes(), written: have.list() };
      const aside = lock.aside();
      notes = await writeJournal(journalPath, journal, { aside, mayReplace: true, previous: notes });
    });
  return {
    path,
    acceptsAnyOrder: true,
    handle: () => part,
    have,
    availableRanges: arrivals,
    discarded,
    resumedFrom: () => resumedFrom,
    object: () => ({ sizeBytes: journal.sizeBytes, validator: journal.validator }),
    async describeObject(description) {
      // At once: other connections must not begin without the condition that it makes.
      journal = { ...journal, ...description };
      await save(() => ({}));
    },
    async readBack(start, end) {
      const bytes = Buffer.alloc(end - start);
      const { bytesRead } = await onDisk(part.read(bytes, 0, bytes.length, start), path, 'read');
      return bytes.subarray(0, bytesRead);
    },
    async write(chunks, position) {
      const begunIn = generation;
      const writtenBytes = await onDisk(writeFully(part, chunks, position), path, 'write');
      // What belongs to a file that was replaced meanwhile does not count.
      if (begunIn !== generation) return;
      have.add(position, position + writtenBytes);
      arrivals.notify();
    },
    async restart() {
      generation += 1;
      replaced.push(part);
      have.clear();
      resumedFrom = 0;
      arrivals.restart();
      await save(() => ({ synced: [], sizeBytes: null, validator: NO_VALIDATOR }));
      part = await onDisk(replacePart(path, lock.aside()), path, 'replace');
    },
    async forget(start, end) {
      have.remove(start, end);
      arrivals.restart();
      const synced = createByteRanges(journal.synced);
      synced.remove(start, end);
      await save(() => ({ synced: synced.list() }));
    },
    note: () => inTurn(() => appendNote(notes, have.list())),
    async checkpoint() {
      const [begunIn, synced] = [generation, have.list()];
      await onDisk(part.sync(), path, 'sync');
      // A restart meanwhile has taken the synced bytes away again.
      await save(() => (begunIn === generation ? { synced } : {}));
    },
    reject: (reason) => save(() => ({ rejected: reason })),
    async assertOurs() {
      await assertInode(notes, journalPath);
      await assertInode(part, path);
    },
    async close() {
      try {
        if (!isRemoved) await save(() => ({ holder: null }));
      } finally {
        await allOf([...closing([...replaced, part, notes], path), lock.release()]);
      }
    },
    async remove() {
      isRemoved = true;
      try {
        // Windows keeps the name of a file that is open.
        await allOf(closing([...replaced, part, notes], path));
      } finally {
        await onDisk(rm(path, { force: true }), path, 'remove');
        await onDisk(rm(journalPath, { force: true }), journalPath, 'remove');
      }
    },
  };
}

function closing(files: readonly FileHandle[], path: string): readonly Promise<void>[] {
  return files.map((file) => onDisk(file.close(), path, 'close'));
}

/** Something may go wrong with each of them, and the others are to be done all the same. */
async function allOf(steps: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/**
 * Whether the name still belongs to the open file. A journal that somebody deleted is written again;
 * one that another process put there is not.
 */
async function assertInode(file: FileHandle, path: string): Promise<void> {
  // In full: a number holds only a part of what Windows has for an inode.
  let ino: bigint;
  try {
    ({ ino } = await lstat(path, { bigint: true }));
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return;
    throw error;
  }
  if (ino === (await file.stat({ bigint: true })).ino) return;
  throw partReplacedError(path);
}
