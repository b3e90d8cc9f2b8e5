import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkFreeSpace, findFreeBytes } from '../../../src/download/part/free-space.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

test('the free space of a folder that is not there yet is that of the one it will be in', async () => {
  const folder = makeTempFolder();
  const { blocks, bsize } = statfsSync(folder);
  for (const path of [folder, join(folder, 'new'), join(folder, 'new/below')]) {
    const freeBytes = await findFreeBytes(path);
    expect(freeBytes).toBeGreaterThan(0);
    expect(freeBytes).toBeLessThanOrEqual(blocks * bsize);
  }
});

test('a folder that cannot be looked at is a failure of the disk, and is named', async () => {
  const folder = join(makeTempFolder(), 'missing');
  await expect(checkFreeSpace(folder, 1)).rejects.toMatchObject({
    code: 'DISK',
    message: expect.stringContaining(`could not access ${folder}`) as string,
  });
});

test('more than the free space is refused with what is missing', async () => {
  const folder = makeTempFolder();
  const { bavail, bsize } = statfsSync(folder);
  const error = {
    code: 'DISK',
    message: expect.stringMatching(/^not enough space in .*: .* are missing$/) as string,
  };
  await expect(checkFreeSpace(folder, bavail * bsize * 2)).rejects.toMatchObject(error);
  await expect(checkFreeSpace(folder, 1)).resolves.toBeUndefined();
});

test.skipIf(process.platform !== 'linux')('a file system without a size takes anything', async () => {
  expect(statfsSync('/proc').blocks).toBe(0);
  expect(await findFreeBytes('/proc')).toBeNull();
  await expect(checkFreeSpace('/proc', Number.MAX_SAFE_INTEGER)).resolves.toBeUndefined();
});
