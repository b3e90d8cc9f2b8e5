import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ExpectedError } from '../../../src/errors.ts';
import { extractArchive } from '../../../src/zip/extract/extract.ts';
import { verifyArchive } from '../../../src/zip/read/verify.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';
import { UNPACKER } from '../extract/unpacker.ts';
import { failureOf } from '../failure-of.ts';
import { memorySource } from '../memory-source.ts';
import { HOSTILE_ARCHIVES, type HostileArchive, ODD_ARCHIVES } from './hostile-archives.ts';

const REFUSED_WHOLE = HOSTILE_ARCHIVES.filter(({ refusedBy }) => refusedBy === 'verify');
const NOT_UNPACKED = HOSTILE_ARCHIVES.filter(({ refusedBy }) => refusedBy === 'extract');

/** Control characters and others that change what a terminal displays. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

function expectRefusal(error: ExpectedError, { code, says }: HostileArchive): void {
  expect(error.message).toMatch(says);
  expect(error.code).toBe(code);
  expect(error.details.hint).toBeTruthy();
  expect(error.message).not.toMatch(CONTROL);
}

describe('hostile archives are rejected with a reason', () => {
  test.each(REFUSED_WHOLE)('$name', async (hostile) => {
    const folder = makeTempFolder();
    const archive = memorySource(hostile.bytes());

    expectRefusal(await failureOf(verifyArchive(archive)), hostile);
    // Complete entries may have been unpacked before the fault was found, but nothing partial and nothing elsewhere.
    await failureOf(extractArchive(archive, { directory: join(folder, 'target'), unpacker: UNPACKER }));

    const tree = listTree(folder);
    expect(tree.filter(({ type }) => type === 'link' || type === 'other')).toEqual([]);
    expect(tree.filter(({ path }) => path.includes('.streamdiver') || !path.startsWith('target'))).toEqual(
      [],
    );
  });

  test.each(REFUSED_WHOLE)('$name: escapes control characters in names', async (hostile) => {
    const bytes = hostile.bytes();
    // The same length, so that nothing else changes.
    for (let at = bytes.indexOf('a.txt'); at >= 0; at = bytes.indexOf('a.txt', at))
      bytes.write('a\x1b[2J', at);
    const { message } = await failureOf(verifyArchive(memorySource(bytes)));
    expect(message).not.toMatch(CONTROL);
  });

  test.each(NOT_UNPACKED)('$name', async (hostile) => {
    const folder = makeTempFolder();
    const archive = memorySource(hostile.bytes());
    await verifyArchive(archive);

    const error = await failureOf(
      extractArchive(archive, { directory: join(folder, 'target'), unpacker: UNPACKER }),
    );

    expectRefusal(error, hostile);
    expect(listTree(folder)).toEqual([]);
  });

  test('have unique names, more than 120 of them', () => {
    const names = HOSTILE_ARCHIVES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(120);
  });
});

describe('odd but valid archives are accepted and unpacked', () => {
  test.each(ODD_ARCHIVES)('$name', async ({ bytes, paths }) => {
    const directory = makeTempFolder();
    const archive = memorySource(bytes());

    const verification = await verifyArchive(archive);
    expect(verification).toMatchObject({ entries: paths.length, unverified: [] });

    const { files } = await extractArchive(archive, { directory, unpacker: UNPACKER });
    const expected = paths.filter((path) => !path.endsWith('/')).map((path) => join(directory, path));
    expect(files.map(({ path }) => path).toSorted()).toEqual(expected.toSorted());
    for (const { path, sizeBytes } of files) expect(readFileSync(path).length).toBe(sizeBytes);
  });
});
