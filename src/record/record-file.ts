import { constants } from 'node:fs';
import { access, type FileHandle, lstat, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { diskError, isSystemError } from '../disk/disk-error.ts';
import { NO_DETOUR } from '../disk/open-flags.ts';
import { ExpectedError } from '../errors.ts';

/** Opens a record. @throws ExpectedError EXISTS if it is not a regular file, DISK */
export async function openRecordFile(file: string, flags: number): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await open(file, flags | NO_DETOUR, 0o666);
  } catch (error) {
    if (isSystemError(error) && (error.code === 'EISDIR' || error.code === 'ENXIO')) throw notAFile(file);
    throw diskError(error, file, 'open');
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw notAFile(file);
}

/**
 * Opens a record to read it, after checking that it can be appended to, or created.
 * @returns null if it does not exist
 * @throws ExpectedError EXISTS if it is not a regular file, DISK
 */
export async function openExistingRecord(file: string): Promise<FileHandle | null> {
  // Opening a pipe or a device can already change it.
  const handle = (await isMissing(file)) ? null : await openRecordFile(file, constants.O_RDWR);
  if (handle === null) await checkFolder(path.dirname(file));
  return handle;
}

/** @throws ExpectedError EXISTS if it is a device, a pipe, or a folder */
async function isMissing(file: string): Promise<boolean> {
  try {
    if ((await lstat(file)).isFile()) return false;
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return true;
    throw diskError(error, file, 'open');
  }
  throw notAFile(file);
}

/** Checks that a record, or a folder for it, can be created. @throws ExpectedError DISK */
async function checkFolder(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK);
    // Windows reports ENOENT, not ENOTDIR, for a path below a file.
    if (!(await stat(folder)).isDirectory())
      throw new ExpectedError('DISK', `could not write the record in ${folder}: it is not a folder`);
  } catch (error) {
    const parent = path.dirname(folder);
    if (isSystemError(error) && error.code === 'ENOENT' && parent !== folder)
      return await checkFolder(parent);
    throw diskError(error, folder, 'write the record in');
  }
}

/** Identifies a file, even if another one replaces it under the same name. */
export async function identityOf(handle: FileHandle): Promise<string> {
  const { dev, ino } = await handle.stat({ bigint: true });
  return `${dev}:${ino}`;
}

/**
 * Writes lines and syncs them. If that fails, the file is cut to its old size.
 * @returns the new size
 * @throws ExpectedError DISK
 */
export async function writeLines(handle: FileHandle, bytes: Buffer, offset: number): Promise<number> {
  try {
    const { bytesWritten } = await handle.write(bytes, 0, bytes.length, offset);
    if (bytesWritten < bytes.length) {
      throw new ExpectedError('DISK', 'only a part of the lines for the record was written', {
        hint: 'free up space, then rerun the command',
      });
    }
    await handle.datasync();
    return offset + bytes.length;
  } catch (error) {
    // Report the first error. The next append removes the rest.
    await handle.truncate(offset).catch(() => undefined);
    throw error;
  }
}

/** The error for a record that is a folder, a pipe, or a device. */
function notAFile(file: string): ExpectedError {
  return new ExpectedError('EXISTS', `${file} cannot be a record: it is not a file`, {
    hint: 'choose another file with --record',
  });
}
