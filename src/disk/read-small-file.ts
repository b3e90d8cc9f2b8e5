import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** A file beside the target that is none of ours: a pipe, a device, a folder, a link, or far too large. */
export class NotOurFileError extends Error {
  override readonly name = 'NotOurFileError';
}

// Missing on Windows, where making links needs a privilege and pipes have no names in folders.
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const ELSEWHERE = new Set(['ELOOP', 'EISDIR', 'ENXIO', 'ENODEV']);

/**
 * Reads a small file that somebody else may have put there: no link is followed, no writer of a pipe is
 * waited for, and no more than `limitBytes` are read.
 * @throws NotOurFileError when it is not a regular file or larger; the system's error, such as ENOENT
 */
export async function readSmallFile(
  path: string,
  limitBytes: number,
): Promise<{ bytes: Buffer; modifiedMs: number }> {
  const handle = await openWithoutWaiting(path);
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw new NotOurFileError(`${path} is not a regular file`);
    if (status.size > limitBytes) throw new NotOurFileError(`${path} is larger than ${limitBytes} bytes`);
    const buffer = Buffer.alloc(status.size);
    const { bytesRead } = await handle.read(buffer, 0, status.size, 0);
    return { bytes: buffer.subarray(0, bytesRead), modifiedMs: status.mtimeMs };
  } finally {
    await handle.close();
  }
}

async function openWithoutWaiting(path: string) {
  try {
    return await open(path, READ);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && ELSEWHERE.has(String(error.code)))) throw error;
    throw new NotOurFileError(`${path} is not a regular file`, { cause: error });
  }
}
