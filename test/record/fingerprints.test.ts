import { expect, test } from 'vitest';
import { createFingerprints } from '../../src/record/fingerprints.ts';

/** A set of texts that are slices of longer ones, like lines in a block. */
function open(expected = 0, random: () => number = Math.random) {
  const set = createFingerprints(random, expected);
  const within = (text: string) => [Buffer.from(`<${text}>`), 1, Buffer.byteLength(text) + 1] as const;
  return {
    add: (text: string) => set.add(...within(text)),
    has: (text: string) => set.has(...within(text)),
  };
}

test.each([0, 10_000])('contains exactly the added keys, each once (%i expected)', (expected) => {
  const { add, has } = open(expected);
  const keys = Array.from({ length: 5_000 }, (_, index) => `{"kind":"media","mediaId":"${index}"`);
  expect(keys.filter(has)).toEqual([]);
  expect(keys.filter(add)).toHaveLength(keys.length);
  expect(keys.filter(has)).toHaveLength(keys.length);
  expect(keys.filter(add)).toEqual([]);
  expect(keys.filter((key) => has(`${key}x`))).toEqual([]);
});

test('distinguishes keys that differ in one byte or only by trailing zeros', () => {
  const { add, has } = open();
  const key = 'abcdefghijk';
  expect(add(key)).toBe(true);
  for (let index = 0; index < key.length; index += 1)
    expect(has(`${key.slice(0, index)}#${key.slice(index + 1)}`)).toBe(false);
  for (const length of [1, 2, 3, 4, 5]) expect(has(key + '\0'.repeat(length))).toBe(false);
  expect(has('')).toBe(false);
  expect(add('')).toBe(true);
  expect(has('')).toBe(true);
});

test('finds a key in any slot', () => {
  for (let round = 0; round < 30; round += 1) {
    const { add, has } = open();
    const keys = Array.from({ length: 600 }, (_, index) => `${round} ${index}`);
    expect(keys.filter(add)).toHaveLength(keys.length);
    expect(keys.filter((key) => !has(key) || add(key))).toEqual([]);
  }
});

test('distinguishes many keys that differ in a few digits', () => {
  // With half as many bits, some of these would be taken for others.
  const { add } = open(0, () => 0.7);
  const keys = Array.from({ length: 100_000 }, (_, index) => String(index * 7_919).padStart(13, '0'));
  expect(keys.filter((key) => !add(`{"kind":"media","mediaId":"${key}`))).toEqual([]);
});

test('works with any seed', () => {
  for (const seed of [0, 0.5, 1 - 2 ** -53]) {
    const { add, has } = open(0, () => seed);
    expect([add('a'), add('b'), has('a'), has('b'), has('c')]).toEqual([true, true, true, true, false]);
  }
});
