import { expect, test } from 'vitest';
import { planExtraction } from '../../../src/zip/extract/extraction-plan.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import { type EntrySpec, makeZip } from '../../support/zip-maker.ts';
import { failureOf } from '../failure-of.ts';
import { memorySource } from '../memory-source.ts';

async function entriesOf(specs: readonly EntrySpec[]) {
  return (await readDirectory(memorySource(makeZip(specs)))).entries;
}

test('plans the files in archive order, the listed folders, and the total size', async () => {
  const entries = await entriesOf([
    { name: 'b', content: '12345' },
    { name: 'd/' },
    { name: 'd/a', content: '123' },
  ]);
  const plan = await planExtraction(entries.toReversed());
  expect(plan.files.map(({ components }) => components)).toEqual([['b'], ['d', 'a']]);
  expect(plan.folders.map(({ components }) => components)).toEqual([['d']]);
  expect(plan.unpackedBytes).toBe(8);
});

test('counts all offending names and shows ten', async () => {
  const bad = [...Array(25).keys()].map((index) => ({ name: `../${index}` }));
  const entries = await entriesOf([{ name: 'good' }, ...bad]);
  const error = await failureOf(planExtraction(entries));
  expect(error.code).toBe('UNSAFE');
  expect(error.message).toContain('"../0" leads out of the folder (..)');
  expect(error.message).toContain('"../9"');
  expect(error.message).not.toContain('"../10"');
  expect(error.message).toContain('and 15 more');
  expect(error.message).not.toContain('good');
});

test('case 97: accepts a total size at the limit, and rejects one byte more', async () => {
  const entries = await entriesOf([
    { name: 'a', content: 'x'.repeat(60) },
    { name: 'b', content: 'x'.repeat(40) },
  ]);
  expect((await planExtraction(entries, { maxSizeBytes: 100 })).unpackedBytes).toBe(100);
  const error = await failureOf(planExtraction(entries, { maxSizeBytes: 99 }));
  expect(error).toMatchObject({ code: 'UNSAFE' });
  expect(error.message).toContain('100 bytes');
});

test('case 97: checks the ratio only above 1 MiB, and up to maxRatio', async () => {
  const zeros = (sizeBytes: number): EntrySpec => ({
    name: 'zeros',
    content: Buffer.alloc(sizeBytes),
    method: 8,
  });
  expect((await planExtraction(await entriesOf([zeros(2 ** 20)]))).files).toHaveLength(1);
  const entries = await entriesOf([zeros(2 ** 20 + 1)]);
  expect((await failureOf(planExtraction(entries))).message).toContain('200 times');
  expect((await planExtraction(entries, { maxRatio: 2000 })).files).toHaveLength(1);
});

test('case 97: rejects small entries that together are a bomb', async () => {
  const names = [...Array(3).keys()].map((index) => `zeros ${index}`);
  const zeros = names.map((name) => ({ name, content: Buffer.alloc(2 ** 19), method: 8 }));
  expect((await planExtraction(await entriesOf(zeros.slice(1)))).files).toHaveLength(2);
  const entries = await entriesOf(zeros);
  const error = await failureOf(planExtraction(entries));
  expect(error).toMatchObject({ code: 'UNSAFE', details: { hint: expect.stringContaining('--max-size') } });
  expect(error.message).toContain('it unpacks to more than 200 times its packed size');
  expect((await planExtraction(entries, { maxRatio: 2000 })).files).toHaveLength(3);
});

test('case 107: rejects excessive folders before they fill the memory', async () => {
  const deep = (first: number): string => [first, ...Array<string>(90).fill('ﷺ'.repeat(12)), 'x'].join('/');
  const [entry] = await entriesOf([{ name: 'x' }]);
  if (entry === undefined) throw new Error('no entry');
  const entries = Array.from({ length: 20_000 }, (_, index) => ({ ...entry, path: deep(index) }));
  const before = process.memoryUsage().heapUsed;
  const error = await failureOf(planExtraction(entries));
  expect(error.message).toMatch(/^the archive is refused: it has too many folders \(\d+ and more\)$/);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(200 * 2 ** 20);
});

test('stops planning on abort', async () => {
  const entries = await entriesOf([{ name: 'x' }]);
  const reason = new Error('Ctrl-C');
  await expect(planExtraction(entries, {}, AbortSignal.abort(reason))).rejects.toBe(reason);
});
