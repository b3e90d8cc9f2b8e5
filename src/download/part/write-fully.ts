import type { FileHandle } from 'node:fs/promises';
import { ExpectedError } from '../../errors.ts';

/**
 * Writes all chunks from `position` on: Node's write may take fewer bytes than given and does not try again.
 * @returns the bytes written; @throws ExpectedError DISK when the system takes nothing more
 */
export async function writeFully(
  handle: FileHandle,
  chunks: readonly Buffer[],
  position: number,
): Promise<number> {
  let rest = chunks.filter((chunk) => chunk.length > 0);
  let written = 0;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, position + written);
    if (bytesWritten === 0) throw new ExpectedError('DISK', 'the system took no more bytes for the file');
    written += bytesWritten;
    rest = dropBytes(rest, bytesWritten);
  }
  return written;
}

function dropBytes(chunks: readonly Buffer[], count: number): Buffer[] {
  const rest: Buffer[] = [];
  let left = count;
  for (const chunk of chunks) {
    if (left < chunk.length) rest.push(left === 0 ? chunk : chunk.subarray(left));
    left = Math.max(left - chunk.length, 0);
  }
  return rest;
}
