import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { NO_DETOUR } from './open-flags.ts';

/** Not a file of this program: a pipe, a device, a folder, a link, or far too large. */
export class NotOurFileError extends Error {
  override readonly name = 'NotOurFileError';
}

const READ = constants.O_RDONLY | NO_DETOUR;
const ELSEWHERE = new Set(['ELOOP', 'EISDIR', 'ENXIO', 'ENODEV']);

/**
 * Reads a small file that another user may have created. Does not follow links, does not wait for the writer of a pipe,
 * and reads at most `limitBytes`.
 * @throws NotOurFileError if it is not a regular file, or larger; the system's error, such as ENOENT
 */
export async function readSmallFile(
  path: string,
  limitBytes: number,
): Promise<{ bytes: Buffer; modifiedMs: number }> {
  const handle = await openWithoutWaiting(path);
  try {
    const status = await handle.stat();
    const buffer = bufferFor(path, status, limitBytes);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return { bytes: buffer.subarray(0, bytesRead), modifiedMs: status.mtimeMs };
  } finally {
    await handle.close();
  }
}

/** The synchronous form. */
export function readSmallFileSync(path: string, limitBytes: number): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(path, READ);
  } catch (error) {
    throw notRegular(path, error);
  }
  try {
    const buffer = bufferFor(path, fstatSync(descriptor), limitBytes);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

function bufferFor(path: string, status: Stats, limitBytes: number): Buffer {
  if (!status.isFile()) throw notRegular(path);
  if (status.size > limitBytes) throw new NotOurFileError(`${path} is larger than ${limitBytes} bytes`);
  return Buffer.alloc(status.size);
}

async function openWithoutWaiting(path: string) {
  try {
    return await open(path, READ);
  } catch (error) {
    throw notRegular(path, error);
  }
}

/** The error of opening it, or NotOurFileError if the error means that it is not a regular file. */
function notRegular(path: string, error?: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const isElsewhere = error === undefined || (typeof code === 'string' && ELSEWHERE.has(code));
  return isElsewhere ? new NotOurFileError(`${path} is not a regular file`, { cause: error }) : error;
}
