import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkFreeSpace, findFreeBytes } from '../../../src/download/part/free-space.ts';
import { replaceDiskCall, systemError } from '../../support/replace-disk-call.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

test('reports the free space for a folder that does not exist yet', async () => {
  const folder = makeTempFolder();
  const { blocks, bsize } = statfsSync(folder);
  for (const path of [folder, join(folder, 'new'), join(folder, 'new/below')]) {
    const freeBytes = await findFreeBytes(path);
    expect(freeBytes).toBeGreaterThan(0);
    expect(freeBytes).toBeLessThanOrEqual(blocks * bsize);
  }
});

test('names a folder that cannot be accessed', async () => {
  const folder = join(makeTempFolder(), 'missing');
  await expect(checkFreeSpace(folder, 1)).rejects.toMatchObject({
    code: 'DISK',
    message: expect.stringContaining(`could not access ${folder}`) as string,
  });
});

test('rejects more than the free space, with the missing bytes', async () => {
  const folder = makeTempFolder();
  const { bavail, bsize } = statfsSync(folder);
  const error = {
    code: 'DISK',
    message: expect.stringMatching(/^not enough space in .*: .* are missing$/) as string,
  };
  await expect(checkFreeSpace(folder, bavail * bsize * 2)).rejects.toMatchObject(error);
  await expect(checkFreeSpace(folder, 1)).resolves.toBeUndefined();
});

test.skipIf(process.platform !== 'linux')('accepts any size on a file system without a size', async () => {
  expect(statfsSync('/proc').blocks).toBe(0);
  expect(await findFreeBytes('/proc')).toBeNull();
  await expect(checkFreeSpace('/proc', Number.MAX_SAFE_INTEGER)).resolves.toBeUndefined();
});

test.each(['ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'])('accepts any size if the system reports %s', async (code) => {
  const folder = makeTempFolder();
  replaceDiskCall('promises.statfs', () => Promise.reject(systemError(code)));
  expect(await findFreeBytes(folder)).toBeNull();
  await expect(checkFreeSpace(folder, Number.MAX_SAFE_INTEGER)).resolves.toBeUndefined();
});
