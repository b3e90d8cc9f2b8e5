import { type FileHandle, lstat, rm } from 'node:fs/promises';
import { isSystemError, onDisk } from '../../disk/disk-error.ts';
import { writeFully } from '../../disk/write-fully.ts';
import type { SavePlace } from '../../range/range-source.ts';
import { type AvailableRanges, createAvailableRanges } from './available-ranges.ts';
import type { BlockChecksums } from './block-crc32.ts';
import { createByteRanges, type GrowingByteRanges } from './byte-ranges.ts';
import { type Destination, NO_VALIDATOR } from './destination.ts';
import { appendNote, type Journal, partReplacedError, writeJournal } from './journal.ts';
import { replacePart } from './open-part.ts';

/** The bytes of a download that is under way, `NAME.part`, with its journal, `NAME.part.json`. */
export interface PartFile extends Destination {
  readonly path: string;
  /** What messages call it. */
  readonly shownPath: string;
  /** The open file; another one after `restart`. */
  handle(): FileHandle;
  readonly availableRanges: AvailableRanges;
  /** Of what was written in this run; null when nobody needs them. */
  readonly checksums: BlockChecksums | null;
  /** Tells of each write that counts, before its memory is used again. @returns stops that */
  onWrite(listener: WriteListener): () => void;
  /** Why an earlier part could not be continued, for people; null when there was none or it is continued. */
  readonly discarded: string | null;
  /** How many bytes of an earlier part were written, but may not have reached the disk; they are not continued. */
  readonly unsyncedBytes: number;
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

export type WriteListener = (position: number, chunks: readonly Buffer[]) => void;

/** Where a part lies, and the right to write it: by a lock, or because the folder belongs to this process. */
export interface PartPlace extends SavePlace {
  /** Gives the right back. */
  release(): Promise<void>;
}

/** What a part file is made of once it is open. */
export interface Parts {
  readonly place: PartPlace;
  readonly part: FileHandle;
  readonly notes: FileHandle;
  readonly journal: Journal;
  readonly have: GrowingByteRanges;
  readonly checksums: BlockChecksums | null;
  readonly discarded: string | null;
  readonly unsyncedBytes: number;
}

/** Joins what was opened into one. */
export function makePartFile({
  place,
  discarded,
  unsyncedBytes,
  have,
  checksums,
  ...initial
}: Parts): PartFile {
  const { path, shownPath, journalPath } = place;
  const shownJournal = `${shownPath}.json`;
  let { part, notes, journal } = initial;
  const arrivals = createAvailableRanges(have);
  // A reader may still be under way in a file that was replaced.
  const replaced: FileHandle[] = [];
  let isRemoved = false;
  /** Counts how often bytes were thrown away: what was begun before says nothing of what comes after. */
  let epoch = 0;
  /** Resolves when what was thrown away is gone; what begins meanwhile waits for that. */
  let discarding: Promise<void> = Promise.resolve();
  const writes = new Set<Promise<unknown>>();
  const listeners = new Set<WriteListener>();
  let resumedFrom = have.totalBytes();
  let saving: Promise<void> = Promise.resolve();
  /** One after the other: a checkpoint in the background must not meet a restart in the journal. */
  const inTurn = (task: () => Promise<void>): Promise<void> => {
    saving = saving.then(() => onDisk(task(), shownJournal, 'write'));
    return saving;
  };
  const save = (changes: () => Partial<Journal>): Promise<void> =>
    inTurn(async () => {
      await assertInode(notes, journalPath, shownJournal);
      journal = { ...journal, ...changes(), written: have.list() };
      const aside = place.aside();
      notes = await writeJournal(journalPath, journal, { aside, mayReplace: true, previous: notes });
    });
  const discard = (task: () => Promise<void>): Promise<void> => {
    epoch += 1;
    arrivals.restart();
    discarding = discarding.then(task);
    discarding.catch(() => undefined);
    return discarding;
  };
  /** The kernel reports a failure once, and may have dropped what it could not bring to the disk. */
  const distrustUnsynced = async (): Promise<void> => {
    epoch += 1;
    have.clear();
    checksums?.clear();
    for (const { start, end } of journal.synced) have.add(start, end);
    // It is the failed sync that is to be told.
    await save(() => ({})).catch(() => undefined);
  };
  return {
    path,
    shownPath,
    acceptsAnyOrder: true,
    keepsNotes: journal.bootId !== null,
    handle: () => part,
    have,
    availableRanges: arrivals,
    checksums,
    onWrite(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    discarded,
    unsyncedBytes,
    resumedFrom: () => resumedFrom,
    object: () => ({ sizeBytes: journal.sizeBytes, validator: journal.validator }),
    async describeObject(description) {
      // At once: other connections must not begin without the condition that it makes.
      journal = { ...journal, ...description };
      await save(() => ({}));
    },
    async readBack(start, end) {
      const bytes = Buffer.alloc(end - start);
      const { bytesRead } = await onDisk(part.read(bytes, 0, bytes.length, start), shownPath, 'read');
      return bytes.subarray(0, bytesRead);
    },
    async write(chunks, position) {
      const begunIn = epoch;
      await discarding;
      if (begunIn !== epoch) return;
      checksums?.forget(position, position + chunks.reduce((bytes, chunk) => bytes + chunk.length, 0));
      const file = part;
      const write = async (rest: readonly Buffer[], written: number) =>
        (await file.writev(rest, position + written)).bytesWritten;
      const writing = onDisk(writeFully(chunks, write), shownPath, 'write');
      writes.add(writing);
      const writtenBytes = await writing.finally(() => writes.delete(writing));
      if (begunIn !== epoch) return;
      checksums?.add(position, chunks);
      for (const listener of listeners) listener(position, chunks);
      have.add(position, position + writtenBytes);
      arrivals.notify();
    },
    restart() {
      have.clear();
      checksums?.clear();
      resumedFrom = 0;
      // At once, as a sync that fails meanwhile goes back to it.
      journal = { ...journal, synced: [], sizeBytes: null, validator: NO_VALIDATOR };
      return discard(async () => {
        await save(() => ({}));
        replaced.push(part);
        part = await onDisk(replacePart(path, place.aside()), shownPath, 'replace');
      });
    },
    forget(start, end) {
      have.remove(start, end);
      checksums?.forget(start, end);
      const synced = createByteRanges(journal.synced);
      synced.remove(start, end);
      journal = { ...journal, synced: synced.list() };
      return discard(async () => {
        // One that lands later would overwrite what is brought instead.
        await Promise.allSettled(writes);
        await save(() => ({}));
      });
    },
    note: () => inTurn(() => appendNote(notes, have.list())),
    async checkpoint() {
      const begunIn = epoch;
      await discarding;
      const [synced, syncedPart] = [have.list(), part];
      try {
        await onDisk(syncedPart.sync(), shownPath, 'sync');
      } catch (error) {
        if (syncedPart === part) await distrustUnsynced();
        throw error;
      }
      await save(() => (begunIn === epoch ? { synced } : {}));
    },
    reject: (reason) => save(() => ({ rejected: reason })),
    async assertOurs() {
      await assertInode(notes, journalPath, shownJournal);
      await assertInode(part, path, shownPath);
    },
    async close() {
      try {
        if (!isRemoved) await save(() => ({ holder: null }));
      } finally {
        await allOf([...closing([...replaced, part, notes], shownPath), place.release()]);
      }
    },
    async remove() {
      isRemoved = true;
      try {
        // Windows keeps the name of a file that is open.
        await allOf(closing([...replaced, part, notes], shownPath));
      } finally {
        await onDisk(rm(path, { force: true }), shownPath, 'remove');
        await onDisk(rm(journalPath, { force: true }), shownJournal, 'remove');
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
async function assertInode(file: FileHandle, path: string, shownPath: string): Promise<void> {
  // In full: a number holds only a part of what Windows has for an inode.
  let ino: bigint;
  try {
    ({ ino } = await lstat(path, { bigint: true }));
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return;
    throw error;
  }
  if (ino === (await file.stat({ bigint: true })).ino) return;
  throw partReplacedError(shownPath);
}
