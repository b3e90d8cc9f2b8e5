import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keptLocks, listTree, makeTempFolder } from './temp-folder.ts';

let earlierFolder = '';

test('lists files, folders, and links with size and mode', () => {
  const folder = makeTempFolder();
  earlierFolder = folder;
  mkdirSync(join(folder, 'b'));
  chmodSync(join(folder, 'b'), 0o700);
  writeFileSync(join(folder, 'b', 'inner'), 'four');
  chmodSync(join(folder, 'b', 'inner'), 0o600);
  symlinkSync('/', join(folder, 'a'));
  expect(listTree(folder)).toMatchObject([
    { path: 'a', type: 'link', sizeBytes: 0 },
    { path: 'b', type: 'folder', sizeBytes: 0, mode: 0o700 },
    { path: 'b/inner', type: 'file', sizeBytes: 4, mode: 0o600 },
  ]);
});

test('is removed after the test that created it', () => {
  expect(earlierFolder).not.toBe('');
  expect(existsSync(earlierFolder)).toBe(false);
});

test('finds the locks of this process but not of others', () => {
  const folder = makeTempFolder();
  mkdirSync(join(folder, 'b'));
  const own = join(folder, 'b', 'video.mp4.part.lock');
  writeFileSync(own, `${JSON.stringify({ pid: process.pid, startedAt: null, hostname: 'here' })}\n`);
  writeFileSync(join(folder, 'store.lock'), JSON.stringify({ pid: process.pid + 1, startedAt: null }));
  writeFileSync(join(folder, 'yarn.lock'), '');
  expect(keptLocks(folder)).toEqual(['b/video.mp4.part.lock']);
  rmSync(own);
  expect(keptLocks(folder)).toEqual([]);
});
