import { createHash } from 'node:crypto';
import type { RangeSource } from './range-source.ts';

export type HashName = 'sha512' | 'sha256' | 'sha1' | 'md5';

const READ_BYTES = 1_048_576;

/** Digests of the whole source in lowercase hexadecimal, computed in one pass. */
export async function hashesOf(
  source: RangeSource,
  names: readonly HashName[],
  signal: AbortSignal,
): Promise<ReadonlyMap<HashName, string>> {
  const hashes = new Map([...new Set(names)].map((name) => [name, createHash(name)]));
  if (hashes.size > 0) {
    const update = (bytes: Buffer) => {
      for (const hash of hashes.values()) hash.update(bytes);
    };
    await (source.inOrder?.(update) ?? readInOrder(source, update, signal));
  }
  return new Map([...hashes].map(([name, hash]) => [name, hash.digest('hex')]));
}

/** Reads the whole source in order, block by block. @throws the signal's reason when aborted */
export async function readInOrder(
  source: RangeSource,
  take: (bytes: Buffer) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let start = 0; start < source.sizeBytes; start += READ_BYTES) {
    signal.throwIfAborted();
    take(await source.read(start, Math.min(start + READ_BYTES, source.sizeBytes)));
  }
}
