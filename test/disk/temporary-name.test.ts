import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LockingProcess } from '../../src/disk/lock-record.ts';
import { modifiedMs, removeAbandoned, temporaryName } from '../../src/disk/temporary-name.ts';
import { replaceDiskCall, systemError } from '../support/replace-disk-call.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const DEAD = 2;
const owner: LockingProcess = {
  pid: 1,
  hostname: 'here',
  isProcessAlive: (pid) => pid !== DEAD,
  processStartedAt: () => 'then',
  uptimeMs: () => 3_600_000,
};
const QUARTER_MS = 15 * 60_000;
const NOW_MS = 1_800_000_000_000;
const keyOf = (hostname: string) => createHash('sha256').update(hostname).digest('hex').slice(0, 8);
const nameOf = (hostname: string, pid: number, ending = 'lock') =>
  `.streamdiver-dl-${keyOf(hostname)}-${pid}-0123456789ab.${ending}`;

test('names a file in the same folder, with the process ID', () => {
  const name = temporaryName('/data/a.zip', owner);
  expect(dirname(name)).toBe('/data');
  expect(name).toMatch(new RegExp(`/\\.streamdiver-dl-${keyOf('here')}-1-[0-9a-f]{12}\\.lock$`));
  expect(temporaryName('/data/a.zip', owner)).not.toBe(name);
  expect(temporaryName('/data/a.zip', owner, 'tmp')).toMatch(/\.tmp$/);
});

/** Creates a folder with files of the given age. */
function folderOf(names: readonly string[], ageMs = 0): string {
  const folder = makeTempFolder();
  for (const name of names) {
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), new Date(NOW_MS - ageMs), new Date(NOW_MS - ageMs));
  }
  return folder;
}

describe('temporary files', () => {
  test.each<[string, string, number, boolean]>([
    ['a dead process', nameOf('here', DEAD), 0, false],
    ['a dead process, for a target', nameOf('here', DEAD, 'tmp'), 0, false],
    ['a running process', nameOf('here', 3), 0, true],
    ['a running process, 15 minutes ago', nameOf('here', 3), QUARTER_MS, false],
    ['a running process, just before', nameOf('here', 3), QUARTER_MS - 1_000, true],
    ['another machine', nameOf('there', DEAD), 0, true],
    ['another machine, 15 minutes ago', nameOf('there', DEAD), QUARTER_MS, false],
    ['something else', nameOf('here', DEAD, 'zip'), 24 * QUARTER_MS, true],
    ['something else with a prefix', `x${nameOf('here', DEAD)}`, 24 * QUARTER_MS, true],
  ])('are kept or removed by their owner: %s', async (_name, name, ageMs, isKept) => {
    const folder = folderOf([name], ageMs);
    await removeAbandoned(folder, owner, NOW_MS);
    expect(readdirSync(folder)).toEqual(isKept ? [name] : []);
  });

  test('are removed, but folders and links with such names are not', async () => {
    const [first, second, third] = [nameOf('here', DEAD), nameOf('here', DEAD, 'tmp'), nameOf('there', DEAD)];
    const folder = folderOf([first]);
    mkdirSync(join(folder, second));
    symlinkSync('/nowhere', join(folder, third));
    await removeAbandoned(folder, owner, NOW_MS + 24 * QUARTER_MS);
    expect(readdirSync(folder).toSorted()).toEqual([second, third].toSorted());
    expect(lstatSync(join(folder, second)).isDirectory()).toBe(true);
  });

  test.each(['EACCES', 'EPERM', 'EISDIR', 'ERR_FS_EISDIR'])(
    'are kept if they cannot be listed or removed (%s)',
    async (code) => {
      const names = [nameOf('here', DEAD), nameOf('here', DEAD, 'tmp')];
      const folder = folderOf(names);
      const restore = replaceDiskCall('promises.rm', (real, [path, options]) =>
        path === join(folder, names[0] ?? '') ? Promise.reject(systemError(code)) : real(path, options),
      );
      await removeAbandoned(folder, owner, NOW_MS);
      restore();
      expect(readdirSync(folder)).toEqual([names[0]]);
      replaceDiskCall('promises.readdir', () => Promise.reject(systemError(code)));
      await removeAbandoned(folder, owner, NOW_MS);
    },
  );

  test('removal reports other errors', async () => {
    const folder = folderOf([nameOf('here', DEAD)]);
    const restore = replaceDiskCall('promises.rm', () => Promise.reject(systemError('EIO')));
    await expect(removeAbandoned(folder, owner, NOW_MS)).rejects.toMatchObject({ code: 'EIO' });
    restore();
    await expect(removeAbandoned(join(folder, 'missing'), owner, NOW_MS)).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  test('can disappear during removal', async () => {
    const folder = makeTempFolder();
    replaceDiskCall('promises.readdir', async () => [nameOf('here', 3), nameOf('here', DEAD)]);
    await expect(removeAbandoned(folder, owner, NOW_MS)).resolves.toBeUndefined();
  });
});

test('the modification time of a missing file is 0; other errors are rethrown', async () => {
  const name = nameOf('here', 3);
  const folder = folderOf([name]);
  expect(await modifiedMs(join(folder, name))).toBe(NOW_MS);
  expect(await modifiedMs(join(folder, 'missing'))).toBe(0);
  expect(await modifiedMs(join(folder, name, 'below'))).toBe(0);
  const tooLong = join(folder, 'x'.repeat(300));
  await expect(modifiedMs(tooLong)).rejects.toMatchObject({ code: 'ENAMETOOLONG' });
});
