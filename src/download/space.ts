import { statfs } from 'node:fs/promises';
import { diskError } from '../disk-error.ts';
import { ExpectedError } from '../errors.ts';

/** File systems need a little more than the bytes themselves. */
const MARGIN = 1.01;

/**
 * Refuses to start what cannot fit.
 * @throws ExpectedError DISK, telling how much is missing
 */
export async function checkSpace(folder: string, neededBytes: number): Promise<void> {
  let freeBytes: number;
  try {
    const { bavail, bsize } = await statfs(folder);
    freeBytes = bavail * bsize;
  } catch (error) {
    throw diskError(error, folder, 'look at');
  }
  const missingBytes = Math.ceil(neededBytes * MARGIN) - freeBytes;
  if (missingBytes <= 0) return;
  throw new ExpectedError('DISK', `not enough space in ${folder}: ${missingBytes} bytes are missing`, {
    hint: 'make room, choose another folder with -D, or go ahead with --no-space-check',
  });
}
