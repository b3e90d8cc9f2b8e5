import { createCipheriv, createHash } from 'node:crypto';

/** Incompressible bytes, the same for the same seed on every machine (AES-256 in counter mode). */
export function pseudoRandomBytes(sizeBytes: number, seed: number | string): Buffer {
  const key = createHash('sha256').update(`${seed}`).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(sizeBytes));
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
