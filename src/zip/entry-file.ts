import {
  closeSync,
  constants,
  fsync,
  linkSync,
  openSync,
  renameSync,
  unlinkSync,
  write,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { diskError } from '../disk-error.ts';
import { ExpectedError } from '../errors.ts';
import { errorCode } from './error-code.ts';
import { lstatOrNull, type TargetFolder } from './target-folder.ts';

/** A file that is being unpacked: under a temporary name until all of it is there. */
export interface EntryFile {
  /** Appends all of `bytes`. @throws ExpectedError DISK */
  write(bytes: Buffer): Promise<void>;
  /**
   * Brings the bytes to the disk and gives the file its name.
   * @throws ExpectedError EXISTS when something of that name has appeared and is not to be replaced; DISK
   */
  publish(): Promise<void>;
  /** Closes and removes the temporary file; after `publish` it does nothing. */
  discard(): void;
}

/** Up to this size a write goes into the page cache faster than into the thread pool. */
const SYNCHRONOUS_WRITE_BYTES = 64 * 2 ** 10;
const writeAsync = promisify(write);
const fsyncAsync = promisify(fsync);

/**
 * @param parent a folder that `target` gave out
 * @throws ExpectedError DISK
 */
export function createEntryFile(
  target: TargetFolder,
  parent: string,
  name: string,
  overwrite: boolean,
): EntryFile {
  const path = join(parent, name);
  const temporary = join(parent, target.temporaryName());
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  let descriptor: number;
  try {
    // The umask narrows the mode; nothing out of the archive widens it.
    descriptor = openSync(temporary, flags, 0o666);
  } catch (error) {
    throw diskError(error, path, 'write');
  }
  let isOpen = true;
  let isTemporary = true;
  let isEmpty = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    closeSync(descriptor);
  };
  return {
    write: async (bytes) => {
      if (bytes.length > 0) isEmpty = false;
      try {
        await writeFully(descriptor, bytes, path);
      } catch (error) {
        throw diskError(error, path, 'write');
      }
    },
    publish: async () => {
      try {
        if (!isEmpty) await fsyncAsync(descriptor);
        close();
        target.confirm(parent);
        if (overwrite) renameSync(temporary, path);
        else moveToFreeName(temporary, path);
        isTemporary = false;
      } catch (error) {
        throw diskError(error, path, 'write');
      }
    },
    discard: () => {
      close();
      if (isTemporary) unlinkSync(temporary);
      isTemporary = false;
    },
  };
}

async function writeFully(descriptor: number, bytes: Buffer, path: string): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    // Fewer bytes than asked for may be written without an error.
    const left = bytes.length - written;
    const count =
      left <= SYNCHRONOUS_WRITE_BYTES
        ? writeSync(descriptor, bytes, written)
        : (await writeAsync(descriptor, bytes, written)).bytesWritten;
    if (count === 0) throw new ExpectedError('DISK', `cannot write ${path}: no more bytes are taken`);
    written += count;
  }
}

/** File systems without hard links (FAT, many network drives) answer with one of these. */
const NO_HARD_LINKS: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'EOPNOTSUPP',
  'ENOTSUP',
  'ENOSYS',
  'EMLINK',
]);

/** Unlike rename, link never replaces: what appears at the last moment is kept. */
function moveToFreeName(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw existsError([path]);
    if (!NO_HARD_LINKS.has(errorCode(error))) throw error;
    if (lstatOrNull(path) !== null) throw existsError([path]);
    renameSync(temporary, path);
    return;
  }
  unlinkSync(temporary);
}

/** @param paths at least one */
export function existsError(paths: readonly string[]): ExpectedError {
  const more = paths.length > 10 ? ` and ${paths.length - 10} more` : '';
  const shown = paths.slice(0, 10).join(', ');
  return new ExpectedError('EXISTS', `not replaced, as it is something else: ${shown}${more}`, {
    hint: 'unpack into another folder, or replace with --overwrite',
  });
}
