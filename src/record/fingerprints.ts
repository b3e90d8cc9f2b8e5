/** 64-bit hashes of many keys. A million of them take 16 MiB; a set of strings takes about 200 MiB. */
export interface Fingerprints {
  has(bytes: Uint8Array, start: number, end: number): boolean;
  /** False if it already exists. */
  add(bytes: Uint8Array, start: number, end: number): boolean;
}

/** The maximum load factor. Searches in a fuller table are slow. */
const MOST_FILLED = 0.6;
const LEAST_SLOTS = 1_024;

/**
 * Creates an empty set. Two of a million keys collide with a probability of 3e-8, and do not collide again with another
 * seed.
 * @param random uniform in [0, 1), for the seed
 * @param expected the expected number of keys, if known
 */
export function createFingerprints(random: () => number, expected: number): Fingerprints {
  const seedA = Math.floor(random() * 2 ** 32);
  const seedB = Math.floor(random() * 2 ** 32);
  let slots = LEAST_SLOTS;
  while (slots * MOST_FILLED < expected) slots *= 2;
  /** The two halves of each fingerprint, one after the other; both are 0 in an empty slot. */
  let table = new Uint32Array(slots * 2);
  let count = 0;
  // The result of the last hash().
  let first: number;
  let second: number;

  const finish = (one: number, other: number): void => {
    let a = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909);
    let b = Math.imul(other ^ (other >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
    a ^= b >>> 15;
    b ^= a >>> 16;
    first = a >>> 0;
    second = b === 0 ? 1 : b >>> 0;
  };
  const hash = (bytes: Uint8Array, start: number, end: number): void => {
    let one = seedA;
    let other = seedB ^ (end - start);
    let index = start;
    for (const lastWord = end - 4; index <= lastWord; index += 4) {
      const word =
        (bytes[index] ?? 0) |
        ((bytes[index + 1] ?? 0) << 8) |
        ((bytes[index + 2] ?? 0) << 16) |
        ((bytes[index + 3] ?? 0) << 24);
      one = Math.imul(one ^ word, 2_654_435_761);
      one ^= one >>> 15;
      other = Math.imul(other ^ word, 1_597_334_677);
      other = (other << 13) | (other >>> 19);
    }
    for (; index < end; index += 1) {
      const byte = bytes[index] ?? 0;
      one = Math.imul(one ^ byte, 2_654_435_761);
      one ^= one >>> 15;
      other = Math.imul(other ^ byte, 1_597_334_677);
      other = (other << 13) | (other >>> 19);
    }
    finish(one, other);
  };
  /** The slot of the fingerprint; if there is none, the free slot for it as `-slot - 1`. */
  const find = (): number => {
    for (let slot = first & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      const half = table[slot * 2 + 1];
      if (half === 0) return -slot - 1;
      if (half === second && table[slot * 2] === first) return slot;
    }
  };
  const insert = (): boolean => {
    const found = find();
    if (found >= 0) return false;
    const slot = -found - 1;
    table[slot * 2] = first;
    table[slot * 2 + 1] = second;
    count += 1;
    if (count > slots * MOST_FILLED) grow();
    return true;
  };
  const grow = (): void => {
    const old = table;
    slots *= 2;
    table = new Uint32Array(slots * 2);
    count = 0;
    for (let index = 0; index < old.length; index += 2) {
      second = old[index + 1] ?? 0;
      if (second === 0) continue;
      first = old[index] ?? 0;
      insert();
    }
  };

  return {
    has(bytes, start, end) {
      hash(bytes, start, end);
      return find() >= 0;
    },
    add(bytes, start, end) {
      hash(bytes, start, end);
      return insert();
    },
  };
}
