import { constants } from 'node:fs';
import { access, type FileHandle, lstat, open, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import { diskError, isSystemError, onDisk } from '../disk/disk-error.ts';
import { waitForLock } from '../disk/lock.ts';
import type { LockingProcess } from '../disk/lock-record.ts';
import { makeFolders } from '../disk/make-folder.ts';
import { NO_DETOUR } from '../disk/open-flags.ts';
import { resolveLinks } from '../disk/resolve-path.ts';
import { syncFolder } from '../disk/sync-folder.ts';
import { ExpectedError } from '../errors.ts';
import { createFingerprints, type Fingerprints } from './fingerprints.ts';
import {
  endOfKey,
  formatLine,
  isFileLine,
  isLineStart,
  keyOf,
  parseLine,
  type RecordLine,
} from './record-line.ts';
import { SCAN_START, type Scan, type ScanPosition, scanLines, type TakeLine } from './scan-lines.ts';

/** What was fetched and verified so far, and the file that remembers it. */
export interface ItemRecord {
  /** Absolute, links resolved. */
  readonly path: string;
  /** How many items are recorded; files do not count. */
  itemCount(): number;
  /** @param key of keyOf() */
  has(key: string): boolean;
  /**
   * Appends lines together and syncs them; those of items that are recorded already are left out, files excepted.
   * Other processes may append to the same record.
   * @param options.mayWait lets lines gather, until there are 64 of them or a second has passed
   * @throws ExpectedError DISK, BUSY when the record stays locked, CONFIG when it was damaged meanwhile; nothing
   *   of these lines is recorded then
   */
  append(lines: readonly RecordLine[], options?: { readonly mayWait?: boolean }): Promise<void>;
  /** Appends what still waits. What fails then, its append() reports. */
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
/** About what a line takes; the table grows where they are shorter. */
const TYPICAL_LINE_BYTES = 400;
/** Of a file that is no record at all the size says nothing. */
const MOST_EXPECTED = 4_000_000;
const CLOSING_BRACE = 0x7d;

/** The items of one reading of the file. */
interface Memory {
  readonly fingerprints: Fingerprints;
  readonly itemCount: number;
  readonly position: ScanPosition;
  readonly tornBytes: number;
  /** Numbers of lines that do not count. */
  readonly torn: readonly number[];
  /** Which file it is; null when there was none. */
  readonly identity: string | null;
}

interface Waiting {
  readonly lines: readonly RecordLine[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Opens a record; there may be none yet. Nothing is written before the first append.
 * @throws ExpectedError CONFIG with the number of a broken line, EXISTS when it is no file, DISK when it cannot be
 *   read or written, the signal's reason when aborted
 */
export async function openRecord(file: string, options: RecordOptions): Promise<ItemRecord> {
  const { clock, warn } = options;
  // Its lock lies beside the file that links lead to.
  const realFile = await onDisk(resolveLinks(file), file, 'open');
  let memory: Memory = await readFirst(realFile, options);
  let isFirstLock = true;
  let waiting: Waiting[] = [];
  let isUrgent = false;
  let cancelTimer: (() => void) | null = null;
  let writing: Promise<void> | null = null;

  const appendLocked = async (lines: readonly RecordLine[]): Promise<void> => {
    const handle = await openFile(realFile, constants.O_RDWR | constants.O_CREAT);
    if (handle === null) throw notAFile(realFile);
    try {
      const isNew = memory.identity === null;
      memory = await catchUp(handle, realFile, memory, options);
      const { position, fingerprints, tornBytes } = memory;
      const missing = withoutKnown(lines, fingerprints);
      if (missing.length === 0) return;
      if (tornBytes > 0) await handle.truncate(position.offset);
      const text = `${position.isLineEnded ? '' : '\n'}${missing.map(formatLine).join('')}`;
      const offset = await writeOnce(handle, Buffer.from(text), position.offset);
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
  /** One batch after the other, each with all that came meanwhile. */
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

  if (memory.torn.length > 0) {
    const which = memory.torn.length === 1 ? 'line' : 'lines';
    warn(`${realFile}: ${which} ${memory.torn.join(', ')} cut off by a crash, ignored`);
  }
  return {
    path: realFile,
    itemCount: () => memory.itemCount,
    has(key) {
      const bytes = Buffer.from(key);
      return memory.fingerprints.has(bytes, 0, bytes.length);
    },
    append: (lines, { mayWait = false } = {}) =>
      new Promise((done, failed) => {
        waiting.push({ lines, done, failed });
        const count = waiting.reduce((sum, one) => sum + one.lines.length, 0);
        if (!mayWait || count >= GATHER_LINES) void flush();
        else cancelTimer ??= clock.after(GATHER_MS, () => void flush());
      }),
    async close() {
      // What is written meanwhile takes along all that waits by then.
      if (waiting.length > 0 || writing !== null) await flush();
    },
  };
}

/** The path of a recorded file as its line has it. */
export function recordedPath(recordPath: string, file: string): string {
  const relative = path.relative(path.dirname(recordPath), file);
  const isOutside = relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  return (isOutside ? file : relative).replaceAll(path.sep, '/');
}

/** Null when there is none. */
async function openFile(file: string, flags: number): Promise<FileHandle | null> {
  let handle: FileHandle;
  try {
    handle = await open(file, flags | NO_DETOUR, 0o666);
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return null;
    if (isSystemError(error) && (error.code === 'EISDIR' || error.code === 'ENXIO')) throw notAFile(file);
    throw diskError(error, file, 'open');
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw notAFile(file);
}

/** Found out now, before anything is fetched that could not be recorded. */
async function readFirst(file: string, options: RecordOptions): Promise<Memory> {
  // Opening a pipe or a device may do something to it already.
  const handle = (await isOtherThanFile(file)) ? null : await openFile(file, constants.O_RDWR);
  if (handle === null) {
    await checkFolder(path.dirname(file));
    return emptyMemory(options, 0);
  }
  try {
    return await readOn(handle, file, emptyMemory(options, (await handle.stat()).size), options.signal);
  } finally {
    await handle.close();
  }
}

/** @throws ExpectedError EXISTS when it is a device, a pipe or a folder */
async function isOtherThanFile(file: string): Promise<boolean> {
  try {
    if ((await lstat(file)).isFile()) return false;
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return true;
    throw diskError(error, file, 'open');
  }
  throw notAFile(file);
}

/** Whether a record can be made there, or a folder for it. @throws ExpectedError DISK */
async function checkFolder(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK);
    // Windows reports no ENOTDIR for what lies below a file, only that it is not there.
    if (!(await stat(folder)).isDirectory())
      throw new ExpectedError('DISK', `could not write the record in ${folder}: it is not a folder`);
  } catch (error) {
    const parent = path.dirname(folder);
    if (isSystemError(error) && error.code === 'ENOENT' && parent !== folder)
      return await checkFolder(parent);
    throw diskError(error, folder, 'write the record in');
  }
}

function emptyMemory({ random }: RecordOptions, sizeBytes: number): Memory {
  return {
    fingerprints: createFingerprints(random, Math.min(sizeBytes / TYPICAL_LINE_BYTES, MOST_EXPECTED)),
    itemCount: 0,
    position: SCAN_START,
    tornBytes: 0,
    torn: [],
    identity: null,
  };
}

/** Adds what the file holds from the position of a memory on. */
async function readOn(
  handle: FileHandle,
  file: string,
  { fingerprints, itemCount, position, identity }: Memory,
  signal?: AbortSignal,
): Promise<Memory> {
  let count = itemCount;
  const take: TakeLine = (bytes, start, end, isTrusted) => {
    if (isTrusted && bytes[end - 1] === CLOSING_BRACE && isLineStart(bytes, start, end)) {
      const keyEnd = endOfKey(bytes, start, end);
      if (keyEnd !== -1) {
        if (fingerprints.add(bytes, start, keyEnd) && !isFileLine(bytes, start)) count += 1;
        return true;
      }
    }
    const line = parseLine(bytes.toString('utf8', start, end));
    if (line === null) return false;
    if (remember(fingerprints, line) && line.kind !== 'file') count += 1;
    return true;
  };
  const scan: Scan = await scanLines(handle, { path: file, from: position, signal }, take);
  return {
    fingerprints,
    itemCount: count,
    position: scan,
    tornBytes: scan.tornBytes,
    torn: scan.torn,
    identity: identity ?? (await identityOf(handle)),
  };
}

function remember(fingerprints: Fingerprints, line: RecordLine): boolean {
  const key = Buffer.from(keyOf(line));
  return fingerprints.add(key, 0, key.length);
}

async function identityOf(handle: FileHandle): Promise<string> {
  const { dev, ino } = await handle.stat({ bigint: true });
  return `${dev}:${ino}`;
}

/** Adds what others have appended; of a file that was replaced or shortened meanwhile, all. */
async function catchUp(
  handle: FileHandle,
  file: string,
  memory: Memory,
  options: RecordOptions,
): Promise<Memory> {
  const sizeBytes = (await handle.stat()).size;
  const isSame = memory.identity === (await identityOf(handle)) && sizeBytes >= memory.position.offset;
  return await readOn(handle, file, isSame ? memory : emptyMemory(options, sizeBytes));
}

/** Those that are to be appended: each item once, and every file. */
function withoutKnown(lines: readonly RecordLine[], fingerprints: Fingerprints): readonly RecordLine[] {
  const seen = new Set<string>();
  return lines.filter((line) => {
    if (line.kind === 'file') return true;
    const key = keyOf(line);
    const bytes = Buffer.from(key);
    if (seen.has(key) || fingerprints.has(bytes, 0, bytes.length)) return false;
    seen.add(key);
    return true;
  });
}

/** @returns where the file ends then; as it was before when not all could be written and synced */
async function writeOnce(handle: FileHandle, bytes: Buffer, offset: number): Promise<number> {
  try {
    const { bytesWritten } = await handle.write(bytes, 0, bytes.length, offset);
    if (bytesWritten < bytes.length) {
      throw new ExpectedError('DISK', 'the system took only a part of the lines for the record', {
        hint: 'make room, then run the same command again',
      });
    }
    await handle.datasync();
    return offset + bytes.length;
  } catch (error) {
    // The first error is the one to report; what stays is cut off by the next append.
    await handle.truncate(offset).catch(() => undefined);
    throw error;
  }
}

function busy(file: string): ExpectedError {
  return new ExpectedError('BUSY', `another process has been writing ${file} for too long`, {
    hint: `if there is none, delete ${file}.lock`,
  });
}

function notAFile(file: string): ExpectedError {
  return new ExpectedError('EXISTS', `${file} cannot be a record: it is not a file`, {
    hint: 'choose another file with --record',
  });
}
