import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type HashName, hashesOf, readInOrder } from '../../src/range/hash.ts';
import type { RangeSource } from '../../src/range/range-source.ts';
import { pseudoRandomBytes } from '../support/bytes.ts';
import { memorySource } from '../zip/memory-source.ts';

const MIB = 1_048_576;
const NAMES: readonly HashName[] = ['sha512', 'sha256', 'sha1', 'md5'];
const { signal } = new AbortController();

function digestsOf(bytes: Buffer, names = NAMES): ReadonlyMap<HashName, string> {
  return new Map(names.map((name) => [name, createHash(name).update(bytes).digest('hex')]));
}

test.each([
  ['nothing', 0, []],
  ['one byte', 1, [[0, 1]]],
  ['a block', MIB, [[0, MIB]]],
  [
    'a byte more',
    MIB + 1,
    [
      [0, MIB],
      [MIB, MIB + 1],
    ],
  ],
])('computes all digests of %s in one pass, in blocks of 1 MiB', async (_name, sizeBytes, reads) => {
  const bytes = pseudoRandomBytes(sizeBytes, 1);
  const source = memorySource(bytes);
  expect(await hashesOf(source, NAMES, signal)).toEqual(digestsOf(bytes));
  expect(source.reads).toEqual(reads);
});

test('computes a digest that is requested twice only once', async () => {
  const bytes = pseudoRandomBytes(1_000, 1);
  expect(await hashesOf(memorySource(bytes), ['sha1', 'sha1'], signal)).toEqual(digestsOf(bytes, ['sha1']));
});

test('reads nothing without a digest', async () => {
  const source = memorySource(pseudoRandomBytes(1_000, 1));
  expect(await hashesOf(source, [], signal)).toEqual(new Map());
  expect(source.reads).toEqual([]);
});

test('waits for a source that passes its bytes in order, and does not read it', async () => {
  const bytes = pseudoRandomBytes(1_000, 1);
  const memory = memorySource(bytes);
  const source: RangeSource = {
    ...memory,
    async inOrder(take) {
      take(bytes.subarray(0, 400));
      await new Promise((resolve) => setImmediate(resolve));
      take(bytes.subarray(400));
    },
  };
  expect(await hashesOf(source, NAMES, signal)).toEqual(digestsOf(bytes));
  expect(memory.reads).toEqual([]);
});

test('stops on an abort before the next block, with its reason', async () => {
  const source = memorySource(pseudoRandomBytes(3 * MIB, 1));
  const interruption = new AbortController();
  const reason = new Error('Ctrl-C');
  const taken: number[] = [];
  const reading = readInOrder(
    source,
    ({ length }) => {
      taken.push(length);
      if (taken.length === 2) interruption.abort(reason);
    },
    interruption.signal,
  );
  await expect(reading).rejects.toBe(reason);
  expect(taken).toEqual([MIB, MIB]);
  expect(source.reads).toHaveLength(2);
});

test('rejects if the source cannot be read', async () => {
  const failure = new Error('cable pulled');
  const source: RangeSource = { sizeBytes: 10, read: () => Promise.reject(failure) };
  await expect(hashesOf(source, ['md5'], signal)).rejects.toBe(failure);
});
