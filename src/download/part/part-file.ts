import { type FileHandle, lstat, rm } from 'node:fs/promises';
import { onDisk, unlessMissing } from '../../disk/disk-error.ts';
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
  /** The path for messages. */
  readonly shownPath: string;
  /** The open file; another one after `restart`. */
  handle(): FileHandle;
  readonly availableRanges: AvailableRanges;
  /** Checksums of the bytes written in this run; null if they are not needed. */
  readonly checksums: BlockChecksums | null;
  /** Calls the listener after each write that counts, before its memory is reused. @returns a function that removes it */
  onWrite(listener: WriteListener): () => void;
  /** Why an earlier part could not be resumed, for messages; null if there was none or it is resumed. */
  readonly discarded: string | null;
  /** The number of bytes of an earlier part that may not be on disk. They are not resumed. */
  readonly unsyncedBytes: number;
  /** The number of bytes from an earlier run; 0 after a restart. */
  resumedFrom(): number;
  /** Discards a range, so that it is fetched again. */
  forget(start: number, end: number): Promise<void>;
  /** Marks the complete bytes as wrong, so that the next run starts over. */
  reject(reason: string): Promise<void>;
  /** @throws ExpectedError BUSY if another process has taken over the part despite the lock */
  assertOurs(): Promise<void>;
  /** Closes the file and releases its place. The part stays for the next run. */
  close(): Promise<void>;
  /** Closes and removes part and journal after success; the part itself may already have its final name. */
  remove(): Promise<void>;
}

export type WriteListener = (position: number, chunks: readonly Buffer[]) => void;

/** The location of a part, and the right to write it: by a lock, or in a folder of this process. */
export interface PartPlace extends SavePlace {
  /** Releases the right. */
  release(): Promise<void>;
}

/** The components of an open part file. */
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

/** Creates a part file from its open components. */
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
  // A reader may still be using a replaced file.
  const replaced: FileHandle[] = [];
  let isRemoved = false;
  /** Incremented when bytes are discarded. Operations that started before no longer count. */
  let epoch = 0;
  /** Resolves when discarded bytes are gone. Operations that start meanwhile wait for it. */
  let discarding: Promise<void> = Promise.resolve();
  const writes = new Set<Promise<unknown>>();
  const listeners = new Set<WriteListener>();
  let resumedFrom = have.totalBytes();
  let saving: Promise<void> = Promise.resolve();
  /** Runs tasks one at a time: a background checkpoint and a restart must not both write the journal. */
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
  /** The kernel reports a failed sync once, and may have dropped what it could not write. */
  const distrustUnsynced = async (): Promise<void> => {
    epoch += 1;
    have.clear();
    checksums?.clear();
    for (const { start, end } of journal.synced) have.add(start, end);
    // Report the failed sync.
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
      // Immediately, because other connections must not start without its validator.
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
      // Immediately, because a sync that fails meanwhile falls back to it.
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
        // A pending write would overwrite the new bytes.
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
        // Windows keeps the name of a removed file while it is open.
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

/** Waits for all steps, even if some fail. @throws the first failure */
async function allOf(steps: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/**
 * Checks that the name still belongs to the open file. A deleted journal is written again, but a journal of another
 * process is not replaced.
 */
async function assertInode(file: FileHandle, path: string, shownPath: string): Promise<void> {
  // As a bigint, because an inode number on Windows does not fit in a number.
  const named = await unlessMissing(lstat(path, { bigint: true }));
  if (named !== null && named.ino !== (await file.stat({ bigint: true })).ino)
    throw partReplacedError(shownPath);
}
