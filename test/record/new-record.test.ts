import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replaceDiskCall, systemError } from '../support/replace-disk-call.ts';
import { listTree, makeTempFolder } from '../support/temp-folder.ts';
import { open } from './record-scene.ts';

test.each<[string, string]>([
  ['EACCES', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
])('a new record whose nearest folder fails with %s is refused when it is opened', async (code, reason) => {
  const folder = makeTempFolder();
  replaceDiskCall('promises.access', (real, [path, mode]) =>
    path === folder ? Promise.reject(systemError(code)) : real(path, mode),
  );
  await expect(open(join(folder, 'new', 'below', 'record'))).rejects.toMatchObject({
    code: 'DISK',
    message: `could not write the record in ${folder}: ${reason}`,
  });
  expect(listTree(folder)).toEqual([]);
});
