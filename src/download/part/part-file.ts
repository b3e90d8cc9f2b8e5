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

/** The bytes of a running download, `NAME.part`, with its journal, `NAME.part.json`. */
export interface PartFile extends Destination {
  readonly path: string;
  /** What messages call it. */
  readonly shownPath: string;
  /** The open file; another one after `restart`. */
  handle(): FileHandle;
  readonly availableRanges: AvailableRanges;
  /** The checksums of what was written in this run; null when they are not needed. */
  readonly checksums: BlockChecksums | null;
  /** Calls the listener after each write that counts, before its memory is reused. @returns stops that */
  onWrite(listener: WriteListener): () => void;
  /** Why an earlier part could not be continued, for people; null if there was none or it is continued. */
  readonly discarded: string | null;
  /** How many bytes of an earlier part may not have reached the disk. They are not continued. */
  readonly unsyncedBytes: number;
  /** How many of its bytes are from an earlier run; none after a restart. */
  resumedFrom(): number;
  /** Discards a range, so that it is fetched again. */
  forget(start: number, end: number): Promise<void>;
  /** Marks the complete bytes as wrong, so that the next run starts again. */
  reject(reason: string): Promise<void>;
  /** @throws ExpectedError BUSY when another process has taken the part over in spite of the lock */
  assertOurs(): Promise<void>;
  /** Closes the file and gives the place back; the part stays for the next run. */
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

/** Makes a part file of what was opened. */
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
  const availableRanges = createAvailableRanges(have);
  // A reader may still be using a file that was replaced.
  const replaced: FileHandle[] = [];
  let isRemoved = false;
  /** Counts how often bytes were discarded. What was started before that no longer counts. */
  let epoch = 0;
  /** Resolves when discarded bytes are gone. Everything that starts meanwhile waits for it. */
  let discarding: Promise<void> = Promise.resolve();
  const writes = new Set<Promise<unknown>>();
  const listeners = new Set<WriteListener>();
  let resumedFrom = have.totalBytes();
  let saving: Promise<void> = Promise.resolve();
  /** One after another: a checkpoint in the background and a restart must not write the journal at once. */
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
    availableRanges.restart();
    discarding = discarding.then(task);
    discarding.catch(() => undefined);
    return discarding;
  };
  /** The kernel reports a failure once, and may have dropped what it could not write. */
  const distrustUnsynced = async (): Promise<void> => {
    epoch += 1;
    have.clear();
    checksums?.clear();
    for (const { start, end } of journal.synced) have.add(start, end);
    // The failed sync is the error to report.
    await save(() => ({})).catch(() => undefined);
  };
  return {
    path,
    shownPath,
    acceptsAnyOrder: true,
    keepsNotes: journal.bootId !== null,
    handle: () => part,
    have,
    availableRanges,
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
      // At once: other connections must not start without its validator.
      journal = { ...journal, ...description };
      await save(() => ({}));
    },
    async readBack(start, end) {
      const bytes = Buffer.alloc(end - start);
      const { bytesRead } = await onDisk(part.read(bytes, 0, bytes.length, start), shownPath, 'read');
      return bytes.subarray(0, bytesRead);
    },
    async write(chunks, position) {
      const startedIn = epoch;
      await discarding;
      if (startedIn !== epoch) return;
      checksums?.forget(position, position + chunks.reduce((bytes, chunk) => bytes + chunk.length, 0));
      const file = part;
      const write = async (rest: readonly Buffer[], written: number) =>
        (await file.writev(rest, position + written)).bytesWritten;
      const writing = onDisk(writeFully(chunks, write), shownPath, 'write');
      writes.add(writing);
      const writtenBytes = await writing.finally(() => writes.delete(writing));
      if (startedIn !== epoch) return;
      checksums?.add(position, chunks);
      for (const listener of listeners) listener(position, chunks);
      have.add(position, position + writtenBytes);
      availableRanges.notify();
    },
    restart() {
      have.clear();
      checksums?.clear();
      resumedFrom = 0;
      // At once: a sync that fails meanwhile falls back to it.
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
        // A later one would overwrite what is fetched instead.
        await Promise.allSettled(writes);
        await save(() => ({}));
      });
    },
    note: () => inTurn(() => appendNote(notes, have.list())),
    async checkpoint() {
      const startedIn = epoch;
      await discarding;
      const [synced, syncedPart] = [have.list(), part];
      try {
        await onDisk(syncedPart.sync(), shownPath, 'sync');
      } catch (error) {
        if (syncedPart === part) await distrustUnsynced();
        throw error;
      }
      await save(() => (startedIn === epoch ? { synced } : {}));
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
        // Windows keeps the name of an open file.
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

/** Each of them can fail, and the others must still be done. */
async function allOf(steps: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/**
 * Checks that the name still belongs to the open file. A deleted journal is written again; one of another process is
 * not replaced.
 */
async function assertInode(file: FileHandle, path: string, shownPath: string): Promise<void> {
  // As a bigint: a number holds only a part of an inode on Windows.
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
