import { constants } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { diskError, isSystemError } from '../../disk/disk-error.ts';
import {
  isSelf,
  type LockingProcess,
  type LockRecord,
  mayBeAlive,
  parseLockRecord,
} from '../../disk/lock-record.ts';
import { NO_DETOUR } from '../../disk/open-flags.ts';
import { NotOurFileError, readSmallFile } from '../../disk/read-small-file.ts';
import { renameWithoutReplacing } from '../../disk/rename-without-replacing.ts';
import { ExpectedError } from '../../errors.ts';
import { isObject, type JsonObject, parseJson, sizeOrNull, textOrNull } from '../../parse/json.ts';
import type { Validator } from '../response/validator.ts';
import type { ByteRange } from './byte-ranges.ts';

/** Identifies the object of a part file. Without the URL, because its signature can change. */
export interface ObjectIdentity {
  /** Origin of the API, such as https://api.streamdiver.com. */
  readonly origin: string;
  readonly packageId: string;
  readonly fileId: string;
}

/** The state of a part file, in `NAME.part.json` beside it. */
export interface Journal {
  readonly identity: ObjectIdentity;
  readonly sizeBytes: number | null;
  readonly validator: Validator;
  /** The bytes that are certainly on disk. */
  readonly synced: readonly ByteRange[];
  /** The written bytes; valid until the machine restarts, even if the program crashes. */
  readonly written: readonly ByteRange[];
  /** The boot ID of the machine at the time of writing; null if unknown. */
  readonly bootId: string | null;
  /** The process that is writing; null after it closed the part. */
  readonly holder: LockRecord | null;
  /** Why the complete bytes are wrong. They are never resumed. */
  readonly rejected: string | null;
}

/**
 * 1: one line, `syncedBytes` from the start of the file.
 * 2: the first line is the journal; each further line is a list of the ranges written so far.
 */
const SCHEMA = 2;

/** Does not follow a link, because another process may replace the file. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | NO_DETOUR;

/** Far more than the notes of a transfer need before the journal is replaced. */
const LIMIT_BYTES = 16_777_216;

/** A journal on disk, with its modification time on the clock of the file system. */
export interface FoundJournal {
  readonly journal: Journal;
  readonly modifiedMs: number;
}

/**
 * Reads a journal; null if there is none, `unreadable` if it is not one of ours.
 * @throws ExpectedError EXISTS if its file type or size rules out a journal, CONFIG if a newer version of this program
 *   wrote it, DISK
 */
export async function readJournal(
  path: string,
  shownPath = path,
): Promise<FoundJournal | 'unreadable' | null> {
  let text: Buffer;
  let modifiedMs: number;
  try {
    ({ bytes: text, modifiedMs } = await readSmallFile(path, LIMIT_BYTES));
  } catch (error) {
    if (error instanceof NotOurFileError) throw notAJournal(shownPath, error);
    if (isSystemError(error) && error.code === 'ENOENT') return null;
    throw diskError(error, shownPath, 'read');
  }
  const [head = '', ...notes] = text.toString('utf8').split('\n');
  const value = parseLine(head);
  if (!isObject(value) || !isObject(value.identity) || !isObject(value.validator)) return 'unreadable';
  if (typeof value.schema === 'number' && value.schema > SCHEMA) {
    throw new ExpectedError('CONFIG', `${shownPath} was written by a newer version of streamdiver-dl`, {
      hint: 'continue with that version, or start again with --no-resume',
    });
  }
  const identity = parseIdentity(value.identity);
  const synced = value.schema === 1 ? firstBytes(value.syncedBytes) : parseRanges(value.synced);
  const isKnownSchema = value.schema === SCHEMA || value.schema === 1;
  if (identity === null || !isKnownSchema || synced === null) return 'unreadable';
  // A kill may have cut off the last note.
  const lastNote = notes.map((line) => parseRanges(parseLine(line))).findLast((ranges) => ranges !== null);
  return {
    modifiedMs,
    journal: {
      identity,
      sizeBytes: sizeOrNull(value.sizeBytes),
      validator: {
        etag: textOrNull(value.validator.etag),
        lastModified: textOrNull(value.validator.lastModified),
      },
      synced,
      written: lastNote ?? parseRanges(value.written) ?? synced,
      bootId: textOrNull(value.bootId),
      holder: parseLockRecord(value.holder),
      rejected: textOrNull(value.rejected),
    },
  };
}

function parseIdentity({ origin, packageId, fileId }: JsonObject): Journal['identity'] | null {
  if (typeof origin !== 'string' || typeof packageId !== 'string' || typeof fileId !== 'string') return null;
  return { origin, packageId, fileId };
}

function notAJournal(path: string, cause: NotOurFileError): ExpectedError {
  return new ExpectedError('EXISTS', `${path} is in the way: it is not a journal of this program`, {
    cause,
    hint: `move ${path} away, or choose another name with -o`,
  });
}

/**
 * Replaces the journal atomically: a crash leaves the old one or the new one.
 * @param options.aside a name in the same folder that no other process uses, even one that locks the same file
 * @param options.mayReplace false fails with EEXIST if there is a journal
 * @param options.previous the open journal to replace; it is closed, because Windows cannot rename over an open file
 * @returns the open file, to append notes to
 */
export async function writeJournal(
  path: string,
  journal: Journal,
  { aside, mayReplace, previous }: { aside: string; mayReplace: boolean; previous?: FileHandle },
): Promise<FileHandle> {
  const file = await open(aside, 'wx', 0o666);
  try {
    await file.writeFile(`${JSON.stringify({ schema: SCHEMA, ...journal, ...asPairs(journal) })}\n`);
    await file.sync();
    if (!mayReplace) return await renameToFreeName(file, aside, path);
    await previous?.close();
    await rename(aside, path);
    return file;
  } catch (error) {
    await file.close();
    // Report the first error. The next run removes the rest.
    await rm(aside, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Closes the file for the rename: on Windows, its old name would otherwise stay and block the next journal. */
async function renameToFreeName(file: FileHandle, from: string, to: string): Promise<FileHandle> {
  const { ino } = await file.stat({ bigint: true });
  await file.close();
  await renameWithoutReplacing(from, to);
  const again = await open(to, APPEND);
  if ((await again.stat({ bigint: true })).ino === ino) return again;
  await again.close();
  throw partReplacedError(to);
}

/** The error if another process has replaced our journal or part. */
export function partReplacedError(path: string): ExpectedError {
  return new ExpectedError('BUSY', `another process has taken over ${path}`, {
    hint: 'let only one process write a file at a time; the same command continues',
  });
}

/** Appends a line with the ranges written so far. */
export async function appendNote(file: FileHandle, written: readonly ByteRange[]): Promise<void> {
  await file.appendFile(`${JSON.stringify(written.map(({ start, end }) => [start, end]))}\n`);
}

/**
 * The other process that may still be using the journal; null if there is none.
 * @param nowMs on the clock of the file system
 */
export function livingLockRecord(
  { journal: { holder }, modifiedMs }: FoundJournal,
  nowMs: number,
  owner: LockingProcess,
): LockRecord | null {
  if (holder === null || isSelf(holder, owner)) return null;
  return mayBeAlive(holder, nowMs - modifiedMs, owner) ? holder : null;
}

export function isSameObject(one: ObjectIdentity, other: ObjectIdentity): boolean {
  return one.origin === other.origin && one.packageId === other.packageId && one.fileId === other.fileId;
}

/** Identifies the boot of the machine on Linux. Without it, only synced bytes can be trusted. */
export async function readBootId(): Promise<string | null> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}

function parseLine(line: string): unknown {
  try {
    return parseJson(Buffer.from(line), 'the journal');
  } catch (error) {
    if (error instanceof ExpectedError) return null;
    throw error;
  }
}

function asPairs({ synced, written }: Journal) {
  const pairs = (ranges: readonly ByteRange[]) => ranges.map(({ start, end }) => [start, end]);
  return { synced: pairs(synced), written: pairs(written) };
}

function firstBytes(value: unknown): readonly ByteRange[] | null {
  const end = sizeOrNull(value);
  return end === null ? null : [{ start: 0, end }];
}

/** Ranges as pairs of numbers, in order; null for anything else. */
function parseRanges(value: unknown): readonly ByteRange[] | null {
  if (!Array.isArray(value)) return null;
  const ranges: ByteRange[] = [];
  for (const pair of value as unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return null;
    const [start, end] = [sizeOrNull(pair[0]), sizeOrNull(pair[1])];
    if (start === null || end === null || end <= start || start < (ranges.at(-1)?.end ?? 0)) return null;
    ranges.push({ start, end });
  }
  return ranges;
}
