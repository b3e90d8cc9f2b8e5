import { open } from 'node:fs/promises';
import { isSystemError } from './disk-error.ts';

/** Windows does not open folders for this, and needs no such sync. */
const NOT_OPENED = new Set(['EPERM', 'EISDIR', 'EACCES', 'EROFS']);
/** Network file systems, FUSE, and Windows where it opens the folder after all. */
const NOT_SYNCED = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM']);

/**
 * Makes a name that was just given survive a power cut: without this it may be gone although the bytes
 * are there. Where folders cannot be synced, nothing is done.
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
 * Makes the bytes of a finished file survive a power cut. Where files cannot be synced, nothing is done.
 * @throws the system's error
 */
export async function syncFile(file: string): Promise<void> {
  // Windows syncs only what may be written.
  const handle = (await unless(NOT_OPENED, open(file, 'r+'))) ?? (await open(file, 'r'));
  try {
    await unless(NOT_SYNCED, handle.sync());
  } finally {
    await handle.close();
  }
}

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
