import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { extractArchive } from '../../../src/zip/extract/extract.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import { couldBeZip, isZip } from '../../../src/zip/read/layout.ts';
import { verifyArchive } from '../../../src/zip/read/verify.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';
import { makeZip, timestampExtra } from '../../support/zip-maker.ts';
import { UNPACKER } from '../extract/unpacker.ts';
import { failureOf } from '../failure-of.ts';
import { memorySource } from '../memory-source.ts';
import { LYING_ARCHIVES, PACKER_ARCHIVES, TEXT } from './packer-archives.ts';

describe('archives as packers write them are accepted and unpacked', () => {
  test.each(PACKER_ARCHIVES)('$name', async ({ bytes, paths }) => {
    const directory = makeTempFolder();
    const archive = memorySource(bytes());

    expect(couldBeZip(bytes().subarray(0, 4))).toBe(true);
    expect(await verifyArchive(archive)).toMatchObject({ entries: paths.length, unverified: [] });
    const { entries } = await readDirectory(archive);
    expect(entries.map(({ path }) => path)).toEqual(paths);
    const { files, renamed } = await extractArchive(archive, { directory, unpacker: UNPACKER });
    expect(renamed).toEqual([]);
    expect(files.map(({ path }) => path)).toEqual(
      paths.filter((path) => !path.endsWith('/')).map((path) => join(directory, path)),
    );
    for (const { path } of files) expect(readFileSync(path, 'utf8').slice(0, TEXT.length)).toBe(TEXT);
    const folders = listTree(directory).filter(({ type }) => type === 'folder');
    expect(folders.map(({ path }) => path)).toEqual(paths.some((path) => path === 'd/') ? ['d'] : []);
  });
});

describe('similar archives with a contradiction are rejected', () => {
  test.each(LYING_ARCHIVES)('$name', async ({ bytes, says }) => {
    const directory = join(makeTempFolder(), 'target');
    const archive = memorySource(bytes());
    const error = await failureOf(extractArchive(archive, { directory, unpacker: UNPACKER }));
    expect(error.message).toMatch(says);
    expect(error.details.hint).toBeTruthy();
    expect(error.details.hint?.includes('zip -s 0')).toBe(error.message.includes('split archive'));
  });
});

test('uses the first of two timestamps', async () => {
  const extra = Buffer.concat([timestampExtra(1_000), timestampExtra(2_000)]);
  const { entries } = await readDirectory(memorySource(makeZip([{ name: 'a', extra }])));
  expect(entries[0]?.modifiedMs).toBe(1_000_000);
});

test('isZip rejects the marker of a split archive, couldBeZip accepts it', () => {
  for (const [mark, is] of [
    ['PK\x06\x06', true],
    ['PK00', true],
    ['PK\x07\x08', false],
  ] as const) {
    expect(isZip(Buffer.from(mark, 'latin1'))).toBe(is);
    expect(couldBeZip(Buffer.from(mark, 'latin1'))).toBe(true);
  }
});
