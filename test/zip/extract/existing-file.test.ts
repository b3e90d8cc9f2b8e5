import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTargetFolder } from '../../../src/target-folder/target-folder.ts';
import { findExisting } from '../../../src/zip/extract/existing-file.ts';
import { planExtraction } from '../../../src/zip/extract/extraction-plan.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';
import { makeZip } from '../../support/zip-maker.ts';
import { memorySource } from '../memory-source.ts';

type IfExists = Parameters<typeof findExisting>[2]['ifExists'];

/** Which of these entries keep their existing files in a folder filled by `prepare`. */
async function find(names: readonly string[], ifExists: IfExists, prepare: (folder: string) => void) {
  const folder = makeTempFolder();
  prepare(folder);
  const zip = makeZip(names.map((name) => ({ name, content: `content of ${name}` })));
  const plan = await planExtraction((await readDirectory(memorySource(zip))).entries);
  const target = openTargetFolder(folder);
  try {
    const staying = await findExisting(plan, target, { ifExists });
    return Object.fromEntries([...staying].map(([{ entry }, outcome]) => [entry.path, outcome]));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return {
      error: error.message.replaceAll(folder, 'out'),
      ...('code' in error ? { code: error.code } : {}),
    };
  } finally {
    target.close();
  }
}

const names = ['a', 'b', 'd/c', 'e/f'];
const fill = (folder: string) => {
  mkdirSync(join(folder, 'd'));
  for (const name of ['a', 'd/c']) writeFileSync(join(folder, name), `content of ${name}`);
};

test.each<[IfExists, object]>([
  ['refuse', { a: 'skipped', 'd/c': 'skipped' }],
  ['overwrite', { a: 'skipped', 'd/c': 'skipped' }],
  ['skip', { a: 'left', 'd/c': 'left' }],
])('%s: keeps files with the same content', async (ifExists, staying) => {
  expect(await find(names, ifExists, fill)).toEqual(staying);
});

test.each<[IfExists, object]>([
  ['overwrite', {}],
  ['skip', { a: 'left', b: 'left' }],
  ['refuse', { code: 'EXISTS', error: expect.stringContaining('out/a, out/b') as string }],
])('%s: files with different content', async (ifExists, outcome) => {
  const found = await find(names, ifExists, (folder) => {
    for (const name of ['a', 'b']) writeFileSync(join(folder, name), 'other');
  });
  expect(found).toEqual(outcome);
});

test.each<IfExists>(['overwrite', 'skip', 'refuse'])(
  '%s: reports a folder in place of a file',
  async (ifExists) => {
    const found = await find(names, ifExists, (folder) => {
      for (const name of ['a', 'b']) mkdirSync(join(folder, name));
    });
    expect(found).toEqual({
      code: 'EXISTS',
      error: 'not replaced, because it is a folder or a special file: out/a, out/b',
    });
  },
);

test('replaces a link with overwrite, and never follows it', async () => {
  const link = (folder: string) => symlinkSync('/etc/hostname', join(folder, 'a'));
  expect(await find(names, 'overwrite', link)).toEqual({});
  for (const ifExists of ['skip', 'refuse'] as const)
    expect(await find(names, ifExists, link)).toMatchObject({ code: 'EXISTS' });
});

test('rejects a link in place of a folder', async () => {
  const found = await find(names, 'skip', (folder) => {
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync('elsewhere', join(folder, 'd'));
  });
  expect(found).toMatchObject({
    code: 'UNSAFE',
    error: expect.stringContaining('out/d is a link') as string,
  });
});
