import { createHash } from 'node:crypto';
import type { RangeSource } from '../range/range-source.ts';

const READ_BYTES = 4 * 1_048_576;

/** SHA-256 of the whole source, in lower-case hexadecimal. */
export async function sha256Of(source: RangeSource, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for (let start = 0; start < source.sizeBytes; start += READ_BYTES) {
    signal.throwIfAborted();
    hash.update(await source.read(start, Math.min(start + READ_BYTES, source.sizeBytes)));
  }
  return hash.digest('hex');
}
