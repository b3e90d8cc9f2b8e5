import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { diskError, isSystemError } from '../disk-error.ts';
import { ExpectedError } from '../errors.ts';
import { claim, type Owner } from './claim.ts';
import { type Destination, NO_VALIDATOR } from './destination.ts';
import {
  isSameObject,
  type Journal,
  type ObjectIdentity,
  readBootId,
  readJournal,
  writeJournal,
} from './journal.ts';

/** The bytes of a download that is under way, `NAME.part`, with its journal, `NAME.part.json`. */
export interface PartFile extends Destination {
  readonly path: string;
  readonly handle: FileHandle;
  /** Why an earlier part could not be continued, for people; null when there was none or it is continued. */
  readonly discarded: string | null;
  /** Notes that the bytes are complete but wrong, so that the next run starts again. */
  reject(reason: string): Promise<void>;
  /** Closes the file and releases the claim; the part stays for the next run. */
  close(): Promise<void>;
  /** Removes part and journal after success; the part itself may already have its final name. */
  remove(): Promise<void>;
}

export interface PartFileOptions {
  readonly target: string;
  readonly identity: ObjectIdentity;
  readonly owner: Owner;
  /** False throws an existing part away (`--no-resume`). */
  readonly mayResume: boolean;
}

/**
 * Claims the target, opens its part and decides how much of it can be trusted.
 * @throws ExpectedError BUSY, EXISTS when something else lies under the part's name, DISK, CONFIG
 */
export async function openPartFile({
  target,
  identity,
  owner,
  mayResume,
}: PartFileOptions): Promise<PartFile> {
  const path = `${target}.part`;
  const journalPath = `${path}.json`;
  const lock = await claim(`${path}.lock`, owner);
  let handle: FileHandle | undefined;
  try {
    const bootId = await readBootId();
    const found = mayResume ? await readJournal(journalPath) : null;
    handle = await openRegularFile(path);
    const { size } = await handle.stat();
    if (found !== null && !isSameObject(found.identity, identity)) throw somethingElse(path);
    if (found === null && size > 0 && mayResume) throw somethingElse(path);
    const trust = trustedBytes(found, size, bootId);
    const journal: Journal = {
      identity,
      sizeBytes: trust.bytes > 0 ? (found?.sizeBytes ?? null) : null,
      validator: trust.bytes > 0 ? (found?.validator ?? NO_VALIDATOR) : NO_VALIDATOR,
      syncedBytes: Math.min(found?.syncedBytes ?? 0, trust.bytes),
      bootId,
      rejected: null,
    };
    await handle.truncate(trust.bytes);
    await writeJournal(journalPath, journal);
    return makePartFile({
      path,
      journalPath,
      handle,
      journal,
      haveBytes: trust.bytes,
      discarded: trust.reason,
      lock,
    });
  } catch (error) {
    await handle?.close().catch(() => undefined); // The first error is the one to tell.
    await lock.release().catch(() => undefined);
    throw diskError(error, path, 'open');
  }
}

/**
 * After a crash of the program alone, the system still holds every byte that was written. After a
 * crash of the machine only what was synced before the journal is certain.
 */
function trustedBytes(
  journal: Journal | null,
  fileBytes: number,
  bootId: string | null,
): { bytes: number; reason: string | null } {
  if (journal === null) return { bytes: 0, reason: null };
  if (journal.rejected !== null)
    return { bytes: 0, reason: `the bytes of the last try were wrong: ${journal.rejected}` };
  if (fileBytes < journal.syncedBytes)
    return { bytes: 0, reason: 'the part is shorter than its journal says' };
  const isSameBoot = bootId !== null && journal.bootId === bootId;
  const bytes = isSameBoot ? fileBytes : journal.syncedBytes;
  if (journal.sizeBytes !== null && bytes > journal.sizeBytes) {
    return { bytes: 0, reason: 'the part is longer than the file' };
  }
  return { bytes, reason: null };
}

function makePartFile({
  path,
  journalPath,
  handle,
  journal: initial,
  haveBytes: initialBytes,
  discarded,
  lock,
}: {
  path: string;
  journalPath: string;
  handle: FileHandle;
  journal: Journal;
  haveBytes: number;
  discarded: string | null;
  lock: { release: () => Promise<void> };
}): PartFile {
  let journal = initial;
  let haveBytes = initialBytes;
  let saving: Promise<void> = Promise.resolve();
  /** One after the other: a checkpoint in the background must not meet a restart in the journal. */
  const save = (changes: () => Partial<Journal>): Promise<void> => {
    saving = saving.then(async () => {
      journal = { ...journal, ...changes() };
      await onDisk(writeJournal(journalPath, journal), journalPath, 'write');
    });
    return saving;
  };
  return {
    path,
    handle,
    discarded,
    haveBytes: () => haveBytes,
    object: () => ({ sizeBytes: journal.sizeBytes, validator: journal.validator }),
    describeObject: (description) => save(() => description),
    async readBack(start, end) {
      const bytes = Buffer.alloc(end - start);
      const { bytesRead } = await onDisk(handle.read(bytes, 0, bytes.length, start), path, 'read');
      return bytes.subarray(0, bytesRead);
    },
    async append(chunks) {
      const writtenBytes = await onDisk(writeFully(handle, chunks, haveBytes), path, 'write');
      haveBytes += writtenBytes;
    },
    async restart() {
      await onDisk(handle.truncate(0), path, 'truncate');
      haveBytes = 0;
      await save(() => ({ syncedBytes: 0, sizeBytes: null, validator: NO_VALIDATOR }));
    },
    async checkpoint() {
      const syncedBytes = haveBytes;
      await onDisk(handle.sync(), path, 'sync');
      // A restart meanwhile has taken the synced bytes away again.
      await save(() => ({ syncedBytes: Math.min(syncedBytes, haveBytes) }));
    },
    reject: (reason) => save(() => ({ rejected: reason })),
    async close() {
      try {
        await onDisk(handle.close(), path, 'close');
      } finally {
        await lock.release();
      }
    },
    async remove() {
      await onDisk(rm(path, { force: true }), path, 'remove');
      await onDisk(rm(journalPath, { force: true }), journalPath, 'remove');
    },
  };
}

/**
 * Links are not followed: the bytes must not land in a file that somebody else chose. A file with a
 * second name is left to that name: it may be the finished file itself, if the program was killed
 * between giving it its final name and taking the old one away.
 */
async function openRegularFile(path: string): Promise<FileHandle> {
  try {
    // O_NOFOLLOW is undefined on Windows, where making links needs a privilege.
    const noFollow = constants.O_NOFOLLOW ?? 0;
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | noFollow;
    const handle = await open(path, flags, 0o666);
    const status = await handle.stat();
    if (status.isFile() && status.nlink <= 1) return handle;
    await handle.close();
    if (status.isFile()) {
      await rm(path);
      return await open(path, flags | constants.O_EXCL, 0o666);
    }
  } catch (error) {
    if (!isSystemError(error) || !['ELOOP', 'EISDIR', 'ENXIO'].includes(error.code ?? '')) throw error;
  }
  throw somethingElse(path);
}

function somethingElse(path: string): ExpectedError {
  return new ExpectedError('EXISTS', `${path} is there already and does not belong to this download`, {
    hint: 'move it away, choose another name with -o, or throw it away with --no-resume',
  });
}

/** Node's write may take fewer bytes than given and does not try again. */
async function writeFully(handle: FileHandle, chunks: readonly Buffer[], position: number): Promise<number> {
  let rest = chunks.filter((chunk) => chunk.length > 0);
  let written = 0;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, position + written);
    if (bytesWritten === 0) throw new ExpectedError('DISK', 'the system took no more bytes for the file');
    written += bytesWritten;
    rest = dropBytes(rest, bytesWritten);
  }
  return written;
}

function dropBytes(chunks: readonly Buffer[], count: number): Buffer[] {
  const rest: Buffer[] = [];
  let left = count;
  for (const chunk of chunks) {
    if (left < chunk.length) rest.push(left === 0 ? chunk : chunk.subarray(left));
    left = Math.max(left - chunk.length, 0);
  }
  return rest;
}

async function onDisk<Result>(operation: Promise<Result>, path: string, doing: string): Promise<Result> {
  try {
    return await operation;
  } catch (error) {
    throw diskError(error, path, doing);
  }
}
