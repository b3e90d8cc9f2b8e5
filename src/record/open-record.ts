import { constants } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import { diskError, onDisk } from '../disk/disk-error.ts';
import { waitForLock } from '../disk/lock.ts';
import type { LockingProcess } from '../disk/lock-record.ts';
import { makeFolders } from '../disk/make-folder.ts';
import { resolveLinks } from '../disk/resolve-path.ts';
import { syncFolder } from '../disk/sync-folder.ts';
import { ExpectedError } from '../errors.ts';
import { openExistingRecord, openRecordFile, writeLines } from './record-file.ts';
import { formatLine, type RecordLine } from './record-line.ts';
import {
  catchUp,
  emptyMemory,
  isRemembered,
  type RecordMemory,
  readRest,
  remember,
  withoutKnown,
} from './record-memory.ts';
import { tornLinesText } from './scan-lines.ts';

/** The items that were fetched and verified so far, in a file. */
export interface ItemRecord {
  /** Absolute, links resolved. */
  readonly path: string;
  /** The number of recorded items, without files. */
  itemCount(): number;
  /** @param key from keyOf() */
  has(key: string): boolean;
  /**
   * Appends lines together and syncs them, except those of items that are already recorded. Other processes can append
   * to the same record.
   * @param options.mayWait collects lines until there are 64, or a second has passed
   * @throws ExpectedError DISK, BUSY if the record stays locked, CONFIG if it was damaged since; then none of these lines
   *   is recorded
   */
  append(lines: readonly RecordLine[], options?: { readonly mayWait?: boolean }): Promise<void>;
  /** Appends the waiting lines. Their append() reports a failure. */
  close(): Promise<void>;
}

export interface RecordOptions {
  readonly owner: LockingProcess;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly warn: (text: string) => void;
}

const WAIT_FOR_LOCK_MS = 10_000;
const GATHER_LINES = 64;
const GATHER_MS = 1_000;
interface Waiting {
  readonly lines: readonly RecordLine[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Opens a record, which need not exist. Nothing is written before the first append.
 * @throws ExpectedError CONFIG with the number of a broken line, EXISTS if it is not a file, DISK if it cannot be read or
 *   written, the signal's reason when aborted
 */
export async function openRecord(file: string, options: RecordOptions): Promise<ItemRecord> {
  const { clock, warn } = options;
  // The lock is beside the file that links point to.
  const realFile = await onDisk(resolveLinks(file), file, 'open');
  let memory = await readAll(realFile, options);
  let isFirstLock = true;
  let waiting: Waiting[] = [];
  let isUrgent = false;
  let cancelTimer: (() => void) | null = null;
  let writing: Promise<void> | null = null;

  const appendLocked = async (lines: readonly RecordLine[]): Promise<void> => {
    const handle = await openRecordFile(realFile, constants.O_RDWR | constants.O_CREAT);
    try {
      const isNew = memory.identity === null;
      memory = await catchUp(handle, realFile, memory, options.random);
      const { position, fingerprints, tornBytes } = memory;
      const missing = withoutKnown(lines, memory);
      if (missing.length === 0) return;
      if (tornBytes > 0) await handle.truncate(position.offset);
      const text = `${position.isLineEnded ? '' : '\n'}${missing.map(formatLine).join('')}`;
      const offset = await writeLines(handle, Buffer.from(text), position.offset);
      if (isNew) await syncFolder(path.dirname(realFile));
      const added = missing.filter((line) => remember(fingerprints, line) && line.kind !== 'file');
      memory = {
        ...memory,
        itemCount: memory.itemCount + added.length,
        position: { offset, lines: position.lines + missing.length, isLineEnded: true },
        tornBytes: 0,
      };
    } finally {
      await handle.close();
    }
  };
  const writeBatch = async (lines: readonly RecordLine[]): Promise<void> => {
    try {
      makeFolders(path.dirname(realFile));
      const lock = await waitForLock(`${realFile}.lock`, {
        ...options,
        waitMs: WAIT_FOR_LOCK_MS,
        mode: 0o666,
        inTheWay: { code: 'EXISTS', hint: `move ${realFile}.lock away` },
        clearsFolder: isFirstLock,
      });
      if (lock === null) throw busy(realFile);
      isFirstLock = false;
      try {
        await appendLocked(lines);
      } finally {
        await lock.release();
      }
    } catch (error) {
      throw diskError(error, realFile, 'write');
    }
  };
  /** Writes one batch after the other, each with all waiting lines. */
  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0 && isUrgent) {
      const batch = waiting;
      waiting = [];
      isUrgent = false;
      cancelTimer?.();
      cancelTimer = null;
      try {
        await writeBatch(batch.flatMap(({ lines }) => lines));
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    writing = null;
  };
  const flush = (): Promise<void> => {
    isUrgent = true;
    writing ??= writeAll();
    return writing;
  };

  if (memory.torn.length > 0) warn(tornLinesText(realFile, memory.torn));
  return {
    path: realFile,
    itemCount: () => memory.itemCount,
    has: (key) => isRemembered(memory, key),
    append: (lines, { mayWait = false } = {}) =>
      new Promise((done, failed) => {
        waiting.push({ lines, done, failed });
        const count = waiting.reduce((sum, one) => sum + one.lines.length, 0);
        if (!mayWait || count >= GATHER_LINES) void flush();
        else cancelTimer ??= clock.after(GATHER_MS, () => void flush());
      }),
    async close() {
      // A running write also takes the waiting lines.
      if (waiting.length > 0 || writing !== null) await flush();
    },
  };
}

/** Reads the record before anything is fetched that could not be recorded. */
async function readAll(file: string, { random, signal }: RecordOptions): Promise<RecordMemory> {
  const handle = await openExistingRecord(file);
  if (handle === null) return emptyMemory(random, 0);
  try {
    return await readRest(handle, file, emptyMemory(random, (await handle.stat()).size), signal);
  } finally {
    await handle.close();
  }
}

function busy(file: string): ExpectedError {
  return new ExpectedError('BUSY', `another process has been writing ${file} for too long`, {
    hint: `if there is none, delete ${file}.lock`,
  });
}
