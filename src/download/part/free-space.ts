import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskError, isSystemError } from '../../disk/disk-error.ts';
import { ExpectedError } from '../../errors.ts';
import { formatSize } from '../../parse/size.ts';

/** File systems need a little more than the bytes themselves. */
const MARGIN = 1.01;

/** Some network file systems and FUSE do not tell. */
const NOT_TOLD = new Set(['ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

/**
 * Refuses to start what cannot fit, where the file system tells how much is free.
 * @throws ExpectedError DISK, telling how much is missing
 */
export async function checkFreeSpace(folder: string, neededBytes: number): Promise<void> {
  const missingBytes = Math.ceil(neededBytes * MARGIN) - (await freeBytesOf(folder));
  if (missingBytes <= 0) return;
  throw new ExpectedError('DISK', `not enough space in ${folder}: ${formatSize(missingBytes)} are missing`, {
    hint: 'make room, choose another folder with -D, or go ahead with --no-space-check',
  });
}

/**
 * How much is free where a folder is or will be made; null where the file system does not tell.
 * @throws ExpectedError DISK
 */
export async function findFreeBytes(folder: string): Promise<number | null> {
  if (!existsSync(folder) && dirname(folder) !== folder) return await findFreeBytes(dirname(folder));
  const freeBytes = await freeBytesOf(folder);
  return Number.isFinite(freeBytes) ? freeBytes : null;
}

/** Infinity where the file system does not tell, or says that it has no room at all. */
async function freeBytesOf(folder: string): Promise<number> {
  try {
    const { blocks, bavail, bsize } = await statfs(folder);
    return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
  } catch (error) {
    if (isSystemError(error) && NOT_TOLD.has(error.code ?? '')) return Number.POSITIVE_INFINITY;
    throw diskError(error, folder, 'look at');
  }
}
