import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ExtractOptions } from '../../../src/zip/extract/extract.ts';
import { stageExtraction } from '../../../src/zip/extract/staged-extraction.ts';
import { verifyArchive } from '../../../src/zip/read/verify.ts';
import { pseudoRandomBytes } from '../../support/bytes.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';
import { type EntrySpec, makeZip } from '../../support/zip-maker.ts';
import { failureOf } from '../failure-of.ts';
import { memorySource } from '../memory-source.ts';
import { UNPACKER } from './unpacker.ts';

const MIB = 2 ** 20;
/** One entry per kind: written at once, held in memory, written while it is read, and a folder. */
const ENTRIES: readonly EntrySpec[] = [
  { name: 'a.txt', content: 'small' },
  { name: 'b.bin', content: pseudoRandomBytes(300_000, 1) },
  { name: 'c.mp4', content: pseudoRandomBytes(3 * MIB, 2) },
  { name: 'd/' },
  { name: 'e/f.txt', content: 'the last' },
];
const ALL = ['a.txt', 'b.bin', 'c.mp4', 'd', 'e', 'e/f.txt'];

/** Prepares to unpack an archive while it is verified. */
async function stage(options: Partial<ExtractOptions> = {}, entries = ENTRIES) {
  const directory = join(makeTempFolder(), 'target');
  const source = memorySource(makeZip(entries));
  const staged = await stageExtraction(source, { directory, unpacker: UNPACKER, ...options });
  const verify = () => verifyArchive(source, { receiver: staged });
  const there = () => (existsSync(directory) ? listTree(directory).map(({ path }) => path) : null);
  return { directory, staged, verify, there };
}

test('renames files only after the verification, and leaves nothing else', async () => {
  const { directory, staged, verify, there } = await stage();
  await verify();
  expect(there()?.filter((path) => !path.startsWith('.streamdiver-dl-'))).toEqual([]);
  const { files } = await staged.publish();
  expect(there()).toEqual(ALL);
  expect(files.map(({ path }) => path)).toEqual(
    ['a.txt', 'b.bin', 'c.mp4', 'e/f.txt'].map((path) => join(directory, path)),
  );
  await staged.discard();
  expect(there()).toEqual(ALL);
});

test('creates nothing if nothing is selected', async () => {
  const { staged, verify, there } = await stage({ isWanted: () => false });
  await verify();
  expect(await staged.publish()).toEqual({ directory: null, files: [], skippedEntries: [], renamed: [] });
  expect(there()).toBeNull();
});

test('verifies an unsafe archive, then refuses to unpack it', async () => {
  const { staged, verify, there } = await stage({}, [{ name: '../evil', content: 'x' }]);
  expect(await verify()).toMatchObject({ entries: 1, unverified: [] });
  expect((await failureOf(staged.publish())).code).toBe('UNSAFE');
  await staged.discard();
  expect(there()).toBeNull();
});

describe('a failure to unpack', () => {
  test.each([
    ['of a file held in memory', 1_000],
    ['of a file that is written as it is read', 400_000],
  ])('%s removes all files at once, and is reported after the verification', async (_name, bytes) => {
    const reason = new Error('stopped');
    const { staged, verify, there } = await stage({
      onProgress(progress) {
        if (progress.bytes > bytes) throw reason;
      },
    });
    expect(await verify()).toMatchObject({ entries: ENTRIES.length, unverified: [] });
    await expect(staged.publish()).rejects.toBe(reason);
    expect(there()).toEqual([]);
  });

  test('removes all files, and skips the remaining entries', async () => {
    const { staged, verify, there } = await stage({
      onProgress({ bytes }) {
        if (bytes > 2 * MIB) throw new Error('stopped');
      },
    });
    await verify();
    expect(there()).toEqual([]);
    expect(staged.archive?.entries.filter((entry) => staged.wants(entry))).toEqual([]);
    await expect(staged.publish()).rejects.toThrow('stopped');
  });

  test('removes all files before more of the archive is read', async () => {
    const { staged, there } = await stage({
      onProgress({ bytes }) {
        if (bytes > 0) throw new Error('stopped');
      },
    });
    const [, held, large] = (staged.archive?.entries ?? []).map((entry) => staged.open(entry));
    await held?.write(pseudoRandomBytes(300_000, 1));
    await held?.finish();
    await large?.write(pseudoRandomBytes(MIB, 2));
    expect(there()).toEqual([]);
    await expect(staged.publish()).rejects.toThrow('stopped');
  });

  test('is reported if a file cannot be created', async () => {
    const large = [{ name: 'c.mp4', content: pseudoRandomBytes(2 * MIB, 2) }];
    const { directory, staged, verify } = await stage({}, large);
    rmdirSync(directory);
    await verify();
    const { code, message } = await failureOf(staged.publish());
    expect([code, message]).toEqual(['DISK', expect.stringContaining('make the folder')]);
  });

  test('while renaming keeps the files renamed before it, and nothing else', async () => {
    const { directory, staged, verify, there } = await stage();
    await verify();
    writeFileSync(join(directory, 'b.bin'), 'of another process');
    expect((await failureOf(staged.publish())).code).toBe('EXISTS');
    expect(there()).toEqual(['a.txt', 'b.bin']);
  });
});

describe('discarding an invalid archive', () => {
  test('removes all its files and no others', async () => {
    const { staged, verify, there } = await stage();
    await verify();
    await staged.discard();
    expect(there()).toEqual([]);
    // These folders get the descriptors that the discarded ones had.
    const other = makeTempFolder();
    for (const name of ['0.tmp', '1.tmp', '2.tmp']) writeFileSync(join(other, name), '');
    const open = Array.from({ length: 8 }, () => openSync(other, 'r'));
    await staged.discard();
    for (const descriptor of open) closeSync(descriptor);
    expect(readdirSync(other)).toEqual(['0.tmp', '1.tmp', '2.tmp']);
  });

  test('keeps existing folders', async () => {
    const directory = makeTempFolder();
    mkdirSync(join(directory, 'd'));
    const { staged, verify } = await stage({ directory });
    await verify();
    await staged.discard();
    expect(readdirSync(directory)).toEqual(['d']);
  });
});

test('stops on an interruption before the first of a hundred files is renamed', async () => {
  const many = Array.from({ length: 100 }, (_, index) => ({ name: `${index}`, content: 'x' }));
  const interruption = new AbortController();
  const { staged, verify, there } = await stage({ signal: interruption.signal }, many);
  await verify();
  setImmediate(() => interruption.abort(new Error('Ctrl-C')));
  await expect(staged.publish()).rejects.toThrow('Ctrl-C');
  expect(there()).toEqual([]);
});

test('stops on an interruption while renaming many files', async () => {
  const many = Array.from({ length: 1_000 }, (_, index) => ({ name: `${index}`, content: 'x' }));
  const interruption = new AbortController();
  const reason = new Error('Ctrl-C');
  const { staged, verify, there } = await stage(
    {
      signal: interruption.signal,
      // Like a system signal, which arrives on the event loop.
      onFile: () => void setImmediate(() => interruption.abort(reason)),
    },
    many,
  );
  await verify();
  await expect(staged.publish()).rejects.toBe(reason);
  expect(there()?.length).toBeGreaterThan(0);
  expect(there()?.length).toBeLessThanOrEqual(101);
});
