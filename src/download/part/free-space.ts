import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskError, isSystemError } from '../../disk/disk-error.ts';
import { ExpectedError } from '../../errors.ts';
import { formatSize } from '../../parse/size.ts';

/** File systems need slightly more space than the bytes themselves. */
const MARGIN = 1.01;

/** Some network file systems and FUSE do not report it. */
const NOT_REPORTED = new Set(['ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

/**
 * Refuses a download that cannot fit, if the file system reports its free space.
 * @throws ExpectedError DISK with the missing size
 */
export async function checkFreeSpace(folder: string, neededBytes: number): Promise<void> {
  const missingBytes = Math.ceil(neededBytes * MARGIN) - (await freeBytesOf(folder));
  if (missingBytes <= 0) return;
  throw new ExpectedError('DISK', `not enough space in ${folder}: ${formatSize(missingBytes)} are missing`, {
    hint: 'free up space, choose another folder with -D, or skip the check with --no-space-check',
  });
}

/**
 * The free space at a folder, which need not exist; null if the file system does not report it.
 * @throws ExpectedError DISK
 */
export async function findFreeBytes(folder: string): Promise<number | null> {
  if (!existsSync(folder) && dirname(folder) !== folder) return await findFreeBytes(dirname(folder));
  const freeBytes = await freeBytesOf(folder);
  return Number.isFinite(freeBytes) ? freeBytes : null;
}

/** Infinity if the file system does not report it, or reports a total size of zero. */
async function freeBytesOf(folder: string): Promise<number> {
  try {
    const { blocks, bavail, bsize } = await statfs(folder);
    return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
  } catch (error) {
    if (isSystemError(error) && NOT_REPORTED.has(error.code ?? '')) return Number.POSITIVE_INFINITY;
    throw diskError(error, folder, 'access');
  }
}
