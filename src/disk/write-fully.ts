import { ExpectedError } from '../errors.ts';

/**
 * Calls `write` until all chunks are written, because the system may write fewer bytes than requested without an error.
 * @param write gets the rest and the number of bytes written so far, and returns how many it wrote
 * @returns the bytes written; @throws ExpectedError DISK if the system accepts no more bytes
 */
export async function writeFully(
  chunks: readonly Buffer[],
  write: (rest: readonly Buffer[], written: number) => Promise<number>,
): Promise<number> {
  let rest = chunks.filter((chunk) => chunk.length > 0);
  let written = 0;
  while (rest.length > 0) {
    const count = await write(rest, written);
    if (count === 0) throw noMoreBytesError();
    written += count;
    rest = dropBytes(rest, count);
  }
  return written;
}

/** The synchronous form for a few bytes, which avoids the thread pool. */
export function writeFullySync(bytes: Buffer, write: (rest: Buffer) => number): void {
  for (let written = 0; written < bytes.length; ) {
    const count = write(bytes.subarray(written));
    if (count === 0) throw noMoreBytesError();
    written += count;
  }
}

function noMoreBytesError(): ExpectedError {
  return new ExpectedError('DISK', 'the system took no more bytes for the file');
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
