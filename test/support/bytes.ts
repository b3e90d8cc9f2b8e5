import { createHash } from 'node:crypto';

/** Pseudorandom bytes, the same for the same seed on every machine. */
export function pseudoRandomBytes(sizeBytes: number, seed: number): Buffer {
  const next = pseudoRandom(seed);
  const bytes = Buffer.alloc(sizeBytes);
  let index = 0;
  for (; index + 4 <= sizeBytes; index += 4) bytes.writeUInt32LE(next(), index);
  for (; index < sizeBytes; index++) bytes[index] = next() & 0xff;
  return bytes;
}

/** Unsigned 32-bit numbers (mulberry32). */
export function pseudoRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** The digest in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
