import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolders } from '../../src/disk/make-folder.ts';
import { replaceDiskCall, systemError } from '../support/replace-disk-call.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { expectMode } from '../support/windows/expect-mode.ts';

test('creates a folder and its parents with the given mode, and keeps existing ones', () => {
  const folder = makeTempFolder();
  makeFolders(join(folder, 'a', 'b'), 0o700);
  makeFolders(join(folder, 'a', 'b'), 0o700);
  for (const name of ['a', 'a/b']) expectMode(join(folder, name), 0o700);
  makeFolders(join(folder, 'c'));
  expectMode(join(folder, 'c'), 0o777 & ~process.umask());
  expect(existsSync(join(folder, 'a', 'b'))).toBe(true);
});

test.each(['file', 'file/below'])('rejects %s if a file is in the way', (path) => {
  const folder = makeTempFolder();
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeFolders(join(folder, path))).toThrow(
    expect.objectContaining({
      code: 'EXISTS',
      message: `${join(folder, 'file')} is in the way: it is not a folder`,
      details: { hint: 'move it away or choose another folder' },
    }),
  );
});

test('names the folder that cannot be created, with a hint', () => {
  const folder = makeTempFolder();
  replaceDiskCall('mkdirSync', (_real, [path]) => {
    throw systemError('EACCES', { path });
  });
  expect(() => makeFolders(join(folder, 'a', 'b'))).toThrow(
    expect.objectContaining({
      code: 'DISK',
      message: `could not make the folder ${join(folder, 'a')}: permission denied`,
      details: expect.objectContaining({ hint: 'choose another folder, or check its permissions' }),
    }),
  );
});

test('names the folder if the error has no path, and rethrows bugs', () => {
  const folder = join(makeTempFolder(), 'a');
  const restore = replaceDiskCall('mkdirSync', () => {
    throw systemError('EIO');
  });
  expect(() => makeFolders(folder)).toThrow(`could not make the folder ${folder}: input/output error`);
  restore();
  replaceDiskCall('mkdirSync', () => {
    throw new TypeError('broken');
  });
  expect(() => makeFolders(folder)).toThrow(TypeError);
});

test('accepts a folder that another process creates at the same time', () => {
  const folder = join(makeTempFolder(), 'a');
  const restore = replaceDiskCall('mkdirSync', (real, args) => {
    real(...args);
    throw systemError('EEXIST', { path: folder });
  });
  makeFolders(folder);
  restore();
  expect(existsSync(folder)).toBe(true);
});
