import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openExistingFolder } from '../../src/target-folder/folder.ts';
import { openTargetFolder } from '../../src/target-folder/target-folder.ts';
import { replaceDiskCall, systemError } from '../support/replace-disk-call.ts';
import { listTree, makeTempFolder } from '../support/temp-folder.ts';

test('rejects a link in place of a folder, with a hint for archives and transcripts', () => {
  const folder = makeTempFolder();
  mkdirSync(join(folder, 'elsewhere'));
  mkdirSync(join(folder, 'target'));
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'target', 'sub'));
  const target = openTargetFolder(join(folder, 'target'));
  try {
    expect(() => target.ensure(['sub'])).toThrow(
      expect.objectContaining({
        code: 'UNSAFE',
        message: `${join(folder, 'target', 'sub')} is a link or is behind one; nothing is written through links`,
        details: { hint: 'choose an empty folder' },
      }),
    );
  } finally {
    target.close();
  }
});

test('creates each folder in its parent, and finds only those that exist', () => {
  const folder = makeTempFolder();
  const target = openTargetFolder(join(folder, 'target'));
  try {
    expect(target.find(['a', 'b'])).toBeNull();
    expect(listTree(folder).map(({ path }) => path)).toEqual(['target']);
    expect(target.ensure(['a', 'b', 'c']).shownPath).toBe(join(folder, 'target', 'a', 'b', 'c'));
    expect(target.find(['a', 'b'])?.shownPath).toBe(join(folder, 'target', 'a', 'b'));
    expect(target.find(['b'])).toBeNull();
    expect(listTree(folder).map(({ path }) => path)).toEqual([
      'target',
      'target/a',
      'target/a/b',
      'target/a/b/c',
    ]);
  } finally {
    target.close();
  }
});

test.runIf(process.platform === 'linux')('keeps at most 64 folders open besides the target', () => {
  const target = openTargetFolder(makeTempFolder());
  const openCount = () => readdirSync('/proc/self/fd').length;
  const before = openCount();
  try {
    for (let number = 1; number <= 130; number += 1) {
      target.ensure([`${number}`]);
      expect(openCount() - before).toBe(Math.min(number, 64));
    }
  } finally {
    target.close();
  }
  expect(openCount()).toBe(before - 1);
});

test.each([
  ['EMFILE', 'DISK', /^could not open .*: too many open files$/],
  ['ELOOP', 'UNSAFE', /is a link or is behind one; nothing is written through links$/],
  ['ENOTDIR', 'UNSAFE', /is a link or is behind one; nothing is written through links$/],
])('a folder that changes while it is opened fails with %s as %s', (failure, code, message) => {
  const folder = makeTempFolder();
  mkdirSync(join(folder, 'sub'));
  const target = openTargetFolder(folder);
  try {
    replaceDiskCall('openSync', () => {
      throw systemError(failure);
    });
    expect(() => target.find(['sub'])).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  } finally {
    target.close();
  }
});

test('a folder that may not be read is used by its path', () => {
  const folder = makeTempFolder();
  mkdirSync(join(folder, 'sub'));
  const target = openTargetFolder(folder);
  try {
    replaceDiskCall('openSync', () => {
      throw systemError('EACCES');
    });
    const sub = target.find(['sub']);
    expect(sub).toMatchObject({ shownPath: join(folder, 'sub'), isHeld: false });
    expect(sub?.at('a').path).toMatch(/\/sub\/a$/);
  } finally {
    target.close();
  }
});

test('a file in place of a folder fails with EXISTS, a folder that has vanished with DISK', () => {
  const folder = makeTempFolder();
  writeFileSync(join(folder, 'file'), '');
  const target = openTargetFolder(folder);
  try {
    expect(() => target.find(['file'])).toThrow(expect.objectContaining({ code: 'EXISTS' }));
  } finally {
    target.close();
  }
  const path = join(folder, 'gone');
  expect(() => openExistingFolder({ path, shownPath: path })).toThrow(
    expect.objectContaining({ code: 'DISK', message: `the folder ${path} has vanished` }),
  );
});

test('a file in place of the target fails with EXISTS', () => {
  const path = join(makeTempFolder(), 'file');
  writeFileSync(path, '');
  expect(() => openTargetFolder(path)).toThrow(expect.objectContaining({ code: 'EXISTS' }));
});

test('a folder that cannot be made or accessed fails with DISK, unless another process has just made it', () => {
  const folder = makeTempFolder();
  const target = openTargetFolder(folder);
  const failure = (message: RegExp) =>
    expect.objectContaining({ code: 'DISK', message: expect.stringMatching(message) });
  try {
    expect(() => target.find(['x'.repeat(300)])).toThrow(
      failure(/^could not access .*: the name is too long$/),
    );
    const restore = replaceDiskCall('mkdirSync', () => {
      throw systemError('ENOSPC');
    });
    expect(() => target.ensure(['sub'])).toThrow(
      failure(/^could not make the folder .*: no space left on the disk$/),
    );
    restore();
    replaceDiskCall('mkdirSync', (real, args) => {
      real(...args);
      throw systemError('EEXIST');
    });
    expect(target.ensure(['sub']).shownPath).toBe(join(folder, 'sub'));
  } finally {
    target.close();
  }
});
