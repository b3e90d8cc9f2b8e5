import { fsync } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { isSystemError } from './disk-error.ts';

/** Windows cannot open folders for this, and does not need it. */
const NOT_OPENED = new Set(['EPERM', 'EISDIR', 'EACCES', 'EROFS']);
/** Network file systems, FUSE, and Windows if it opens the folder after all. */
const NOT_SYNCED = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM']);

/**
 * Makes new names in a folder survive a power failure. Without it, a name can be lost although its bytes are on the disk.
 * Does nothing if folders cannot be synced.
 * @throws the system's error
 */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await unless(NOT_OPENED, open(folder, 'r'));
  if (handle === null) return;
  try {
    await unless(NOT_SYNCED, handle.sync());
  } finally {
    await handle.close();
  }
}

/**
 * Makes the bytes of a finished file survive a power failure. Does nothing if files cannot be synced.
 * @throws the system's error
 */
export async function syncFile(file: string): Promise<void> {
  // Windows syncs only files that are open for writing.
  const handle = (await unless(NOT_OPENED, open(file, 'r+'))) ?? (await open(file, 'r'));
  try {
    await unless(NOT_SYNCED, handle.sync());
  } finally {
    await handle.close();
  }
}

/** The same for an open file. @throws the system's error */
export async function syncDescriptor(descriptor: number): Promise<void> {
  await unless(NOT_SYNCED, fsyncAsync(descriptor));
}

/** Looks up `fsync` for each call, so that a test can replace it. */
const fsyncAsync = promisify<number, void>((descriptor, done) => fsync(descriptor, done));

async function unless<Result>(
  ignored: ReadonlySet<string>,
  operation: Promise<Result>,
): Promise<Result | null> {
  try {
    return await operation;
  } catch (error) {
    if (isSystemError(error) && ignored.has(error.code ?? '')) return null;
    throw error;
  }
}
