import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { syncFile, syncFolder } from '../../src/disk/sync-folder.ts';
import { replaceDiskCall, replaceFileCall, systemError } from '../support/replace-disk-call.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

function makeFile(): { folder: string; file: string } {
  const folder = makeTempFolder();
  const file = join(folder, 'file');
  writeFileSync(file, 'content');
  return { folder, file };
}

/** Counts completed fsync calls; with a code, they fail. */
async function watchSync(code?: string) {
  const calls = { count: 0 };
  await replaceFileCall('sync', async (_file, real) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (code !== undefined) throw systemError(code);
    await real();
    calls.count += 1;
  });
  return calls;
}

test('syncs a folder and a file before the promise resolves', async () => {
  const { folder, file } = makeFile();
  const calls = await watchSync();
  await syncFolder(folder);
  expect(calls.count).toBe(1);
  await syncFile(file);
  expect(calls.count).toBe(2);
});

test.each(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM'])('ignores %s from fsync', async (code) => {
  const { folder, file } = makeFile();
  await watchSync(code);
  await expect(syncFolder(folder)).resolves.toBeUndefined();
  await expect(syncFile(file)).resolves.toBeUndefined();
});

test.each(['EIO', 'ENOSPC', 'EACCES'])('reports %s from fsync', async (code) => {
  const { folder, file } = makeFile();
  await watchSync(code);
  await expect(syncFolder(folder)).rejects.toMatchObject({ code });
  await expect(syncFile(file)).rejects.toMatchObject({ code });
});

test.each(['EPERM', 'EISDIR', 'EACCES', 'EROFS'])(
  'skips a folder that cannot be opened (%s), and opens a file for reading instead',
  async (code) => {
    const { folder, file } = makeFile();
    const calls = await watchSync();
    replaceDiskCall('promises.open', (real, [path, flags]) =>
      path === folder || flags === 'r+' ? Promise.reject(systemError(code)) : real(path, flags),
    );
    await syncFolder(folder);
    expect(calls.count).toBe(0);
    await syncFile(file);
    expect(calls.count).toBe(1);
  },
);

test('reports other errors of open', async () => {
  const { folder, file } = makeFile();
  await expect(syncFolder(join(folder, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(syncFile(join(folder, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
  replaceDiskCall('promises.open', () => Promise.reject(systemError('EIO')));
  await expect(syncFile(file)).rejects.toMatchObject({ code: 'EIO' });
});
