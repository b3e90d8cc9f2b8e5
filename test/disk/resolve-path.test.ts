import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { resolveLinks, resolvePath, withoutLongPrefix } from '../../src/disk/resolve-path.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

test.each([
  ['\\\\?\\Z:\\dir', 'Z:\\dir'],
  ['//?/Z:/dir', 'Z:/dir'],
  ['\\\\?\\UNC\\server\\share\\dir', '\\\\server\\share\\dir'],
  ['\\\\?\\Volume{1}\\dir', '\\\\?\\Volume{1}\\dir'],
  ['\\\\server\\share\\dir', '\\\\server\\share\\dir'],
  ['Z:\\dir', 'Z:\\dir'],
])('shortens the long Windows path %j to %j', (file, plain) => {
  expect(withoutLongPrefix(file)).toBe(plain);
});

test('needs the current folder only for a relative path', () => {
  const missing = () => {
    throw new Error('no current folder');
  };
  const absolute = path.resolve('/data/a');
  expect(resolvePath(missing, path.join(absolute, '..', 'b'))).toBe(path.resolve('/data/b'));
  expect(resolvePath(() => absolute, '../b')).toBe(path.resolve('/data/b'));
  expect(() => resolvePath(missing, 'b')).toThrow('no current folder');
});

test.skipIf(process.platform === 'win32')('resolves links in the part of the path that exists', async () => {
  const folder = makeTempFolder();
  mkdirSync(path.join(folder, 'real'));
  symlinkSync('real', path.join(folder, 'link'));
  writeFileSync(path.join(folder, 'file'), '');
  expect(await resolveLinks(path.join(folder, 'link'))).toBe(path.join(folder, 'real'));
  expect(await resolveLinks(path.join(folder, 'link', 'a', 'b'))).toBe(path.join(folder, 'real', 'a', 'b'));
  await expect(resolveLinks(path.join(folder, 'file', 'a'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});
