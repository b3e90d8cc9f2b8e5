import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parsePackage } from '../../src/api/package.ts';
import { createIdNames } from '../../src/fetch/generated-name.ts';
import { chooseTargets, findBase, findTargetFolder } from '../../src/fetch/targets.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const ID = '5f0c2b9e-7d41-4a36-9e58-c1d2e3f4a500';
const zip = { url: 'u', mimeType: 'application/zip' };
const packageOf = (...files: readonly object[]) =>
  parsePackage({ id: ID, title: 'Trip', compressed: true, files });
type Names = Parameters<typeof chooseTargets>[1];
const NONE: Names = { output: null, folder: null, keepArchive: false };

/** A folder that contains a folder and a file. */
function makePlace() {
  const cwd = makeTempFolder();
  mkdirSync(join(cwd, 'there'));
  writeFileSync(join(cwd, 'file'), '');
  return cwd;
}

const idNameOf = createIdNames([ID]);

describe('chooseTargets', () => {
  test.each<[Partial<Names>, boolean, string, string]>([
    [{}, true, 'trip-5f0c2b9e.zip', 'trip-5f0c2b9e'],
    [{ folder: 'out' }, true, 'out/trip-5f0c2b9e.zip', 'out'],
    [{ folder: 'out' }, false, 'out/trip-5f0c2b9e.zip', 'out/trip-5f0c2b9e'],
    [{ output: 'there' }, true, 'there/trip-5f0c2b9e.zip', 'there'],
    [{ output: 'a.zip' }, true, 'a.zip', 'a'],
    [{ output: 'a.ZIP' }, true, 'a.ZIP', 'a'],
    [{ output: 'a.tar' }, true, 'a.tar', 'a.tar'],
    [{ output: 'a.tar', keepArchive: true }, true, 'a.tar', 'a.tar-files'],
    [{ output: 'a.zip', keepArchive: true }, true, 'a.zip', 'a'],
    [{ output: '.zip' }, true, '.zip', '.zip'],
    [{ output: 'file' }, true, 'file', 'file'],
    [{ output: 'file/below' }, true, 'file/below', 'file/below'],
  ])('with %j (the only package: %j): %s, unpacked into %s', async (flags, isOnlyPackage, file, folder) => {
    const cwd = makePlace();
    const targets = await chooseTargets(
      packageOf(zip),
      { ...NONE, ...flags },
      { cwd: () => cwd, idNameOf, isOnlyPackage },
    );
    expect(targets).toEqual([{ file: join(cwd, file), folder: join(cwd, folder) }]);
  });

  test('numbers several files of a package from 1, each with its own folder', async () => {
    const cwd = makePlace();
    const flags = { ...NONE, folder: 'out' };
    const targets = await chooseTargets(packageOf(zip, zip), flags, {
      cwd: () => cwd,
      idNameOf,
      isOnlyPackage: true,
    });
    expect(targets).toEqual(
      [1, 2].map((position) => ({
        file: join(cwd, `out/trip-5f0c2b9e-${position}.zip`),
        folder: join(cwd, `out/trip-5f0c2b9e-${position}`),
      })),
    );
  });

  test('rejects a file name for several files, but accepts a folder', async () => {
    const cwd = makePlace();
    const choose = async (output: string) =>
      await chooseTargets(
        packageOf(zip, zip),
        { ...NONE, output },
        { cwd: () => cwd, idNameOf, isOnlyPackage: true },
      );
    await expect(choose('a.zip')).rejects.toMatchObject({
      code: 'USAGE',
      message: `package ${ID} has 2 files, but -o accepts one`,
      details: { hint: 'use -D DIR' },
    });
    expect(await choose('there')).toHaveLength(2);
  });

  test('fails with DISK if a name cannot be checked', async () => {
    const cwd = makePlace();
    const output = 'x'.repeat(300);
    const choosing = chooseTargets(
      packageOf(zip),
      { ...NONE, output },
      { cwd: () => cwd, idNameOf, isOnlyPackage: true },
    );
    await expect(choosing).rejects.toMatchObject({ code: 'DISK' });
  });
});

test('findBase and findTargetFolder resolve -o and -D', async () => {
  const cwd = makePlace();
  const base = (flags: object) =>
    findBase({ output: null, folder: null, toStdout: false, ...flags }, () => cwd);
  expect(base({})).toBe(cwd);
  expect(base({ output: 'a.zip' })).toBe(join(cwd, 'a.zip'));
  expect(base({ folder: 'out' })).toBe(join(cwd, 'out'));
  expect(base({ folder: 'out', output: 'a.zip' })).toBe(join(cwd, 'a.zip'));
  expect(base({ toStdout: true })).toBeNull();
  const folder = async (flags: object) =>
    await findTargetFolder({ output: null, folder: null, ...flags }, () => cwd);
  expect(await folder({})).toBe(cwd);
  expect(await folder({ folder: 'out' })).toBe(join(cwd, 'out'));
  expect(await folder({ output: 'new/a.zip' })).toBe(join(cwd, 'new'));
  expect(await folder({ output: 'there' })).toBe(join(cwd, 'there'));
  expect(await folder({ output: 'file' })).toBe(cwd);
});
