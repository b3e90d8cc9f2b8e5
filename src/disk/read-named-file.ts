import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { isSystemError, reasonOf } from './disk-error.ts';
import { NON_BLOCKING } from './open-flags.ts';

/** Why a user's file cannot be used, as text that follows its name. */
export class UnusableFileError extends Error {
  override readonly name = 'UnusableFileError';
}

/** Larger than any list of authorities and any request body that the service accepts. */
const LIMIT_BYTES = 16 * 1_048_576;
const BLOCK_BYTES = 65_536;
/** The writer of a pipe can start after its reader. */
const WAIT_FOR_WRITER_MS = 5_000;
const POLL_MS = 20;
const READ = constants.O_RDONLY | NON_BLOCKING;

/**
 * Reads a file that the user named. Follows links, and reads a pipe (`<(command)`) or a terminal to its end, while the
 * process still handles signals.
 * @throws UnusableFileError; the signal's reason if it was aborted
 */
export async function readNamedFile(
  path: string,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Buffer> {
  try {
    const handle = await open(path, READ);
    try {
      const status = await handle.stat();
      if (status.isDirectory()) throw new UnusableFileError('it is a folder');
      if (status.isFile() && status.size > LIMIT_BYTES) throw tooLarge();
      return await readToEnd(handle, { isPipe: status.isFIFO(), clock, signal });
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UnusableFileError(reasonOf(error), { cause: error });
  }
}

async function readToEnd(
  handle: FileHandle,
  { isPipe, clock, signal }: { isPipe: boolean; clock: Clock; signal: AbortSignal },
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const giveUpMs = clock.monotonicMs() + WAIT_FOR_WRITER_MS;
  let hasWriter = !isPipe;
  for (let sizeBytes = 0; sizeBytes <= LIMIT_BYTES; ) {
    signal.throwIfAborted();
    const chunk = await readAvailable(handle);
    if (chunk !== null && chunk.length > 0) {
      chunks.push(chunk);
      sizeBytes += chunk.length;
    }
    if (chunk?.length === 0 && hasWriter) return Buffer.concat(chunks);
    // A pipe without a writer has neither bytes nor an end.
    hasWriter ||= chunk === null || chunk.length > 0;
    if (!hasWriter && clock.monotonicMs() >= giveUpMs)
      throw new UnusableFileError('nothing is written into this pipe');
    if (chunk === null || chunk.length === 0) await clock.sleep(POLL_MS, signal);
  }
  throw tooLarge();
}

/** Null if there are no bytes yet; empty at the end. */
async function readAvailable(handle: FileHandle): Promise<Buffer | null> {
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(BLOCK_BYTES), 0, BLOCK_BYTES, null);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (isSystemError(error) && error.code === 'EAGAIN') return null;
    throw error;
  }
}

function tooLarge(): UnusableFileError {
  return new UnusableFileError('it is larger than 16 MiB');
}
