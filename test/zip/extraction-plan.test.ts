import { expect, test } from 'vitest';
import { readDirectory } from '../../src/zip/directory.ts';
import { planExtraction } from '../../src/zip/extraction-plan.ts';
import { type EntrySpec, makeZip } from '../support/zip-maker.ts';
import { failureOf } from './failure-of.ts';
import { memorySource } from './memory-source.ts';

async function entriesOf(specs: readonly EntrySpec[]) {
  return (await readDirectory(memorySource(makeZip(specs)))).entries;
}

test('a plan has the files in the order of the archive, the folders that have entries, and the sum', async () => {
  const entries = await entriesOf([
    { name: 'b', content: '12345' },
    { name: 'd/' },
    { name: 'd/a', content: '123' },
  ]);
  const plan = planExtraction(entries.toReversed());
  expect(plan.files.map(({ components }) => components)).toEqual([['b'], ['d', 'a']]);
  expect(plan.folders).toEqual([['d']]);
  expect(plan.unpackedBytes).toBe(8);
});

test('all offending names are counted, ten are shown', async () => {
  const bad = [...Array(25).keys()].map((index) => ({ name: `../${index}` }));
  const entries = await entriesOf([{ name: 'good' }, ...bad]);
  const error = await failureOf((async () => planExtraction(entries))());
  expect(error.code).toBe('UNSAFE');
  expect(error.message).toContain('"../0" leads out of the folder (..)');
  expect(error.message).toContain('"../9"');
  expect(error.message).not.toContain('"../10"');
  expect(error.message).toContain('and 15 more');
  expect(error.message).not.toContain('good');
});

test('row 97: the sum of the sizes has a limit, met exactly or not', async () => {
  const entries = await entriesOf([
    { name: 'a', content: 'x'.repeat(60) },
    { name: 'b', content: 'x'.repeat(40) },
  ]);
  expect(planExtraction(entries, { maxSizeBytes: 100 }).unpackedBytes).toBe(100);
  const error = await failureOf((async () => planExtraction(entries, { maxSizeBytes: 99 }))());
  expect(error).toMatchObject({ code: 'UNSAFE' });
  expect(error.message).toContain('100 bytes');
});

test('row 97: the ratio counts above 1 MiB only and can be allowed', async () => {
  const zeros = (sizeBytes: number): EntrySpec => ({
    name: 'zeros',
    content: Buffer.alloc(sizeBytes),
    method: 8,
  });
  expect(planExtraction(await entriesOf([zeros(2 ** 20)])).files).toHaveLength(1);
  const entries = await entriesOf([zeros(2 ** 20 + 1)]);
  expect((await failureOf((async () => planExtraction(entries))())).message).toContain('200 times');
  expect(planExtraction(entries, { maxRatio: 2000 }).files).toHaveLength(1);
});
