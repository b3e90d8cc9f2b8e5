import { linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LockingProcess } from '../../src/disk/lock-record.ts';
import { type Folder, openFolder } from '../../src/target-folder/folder.ts';
import { openStagingFolder, type StagingFolder } from '../../src/target-folder/staging-folder.ts';
import { afterThisTest } from '../support/after-this-test.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const KEY = '0123456789abcdef'.repeat(2);
const alive: LockingProcess = {
  pid: 1,
  hostname: 'here',
  isProcessAlive: () => true,
  processStartedAt: () => '1000',
  uptimeMs: () => 3_600_000,
};

function openRoot(path: string): Folder {
  const folder = openFolder({ path, shownPath: path });
  if (folder === null) throw new Error(`no folder ${path}`);
  afterThisTest(async () => folder.close());
  return folder;
}

/** One that a test leaves open. */
function openStaging(root: string, unpacker: LockingProcess): StagingFolder {
  const staging = openStagingFolder(openRoot(root), unpacker);
  afterThisTest(async () => staging.close());
  return staging;
}

/** Leaves a folder as a process does that was killed. */
function leaveBehind(root: string, unpacker: LockingProcess): string {
  const staging = openStaging(root, unpacker);
  writeFileSync(staging.temporaryPlace().path, 'half');
  const part = staging.partPlace(KEY).shownPath;
  writeFileSync(part, 'a part');
  writeFileSync(`${part}.json`, '{}\n');
  return basename(dirname(part));
}

describe('case 110: what a run that was killed left behind', () => {
  test.each<[string, LockingProcess]>([
    ['is cleared away when its process is gone', { ...alive, pid: 2, isProcessAlive: () => false }],
    ['is cleared away when its number is ours now', alive],
    [
      'is cleared away when its number is that of another now',
      { ...alive, pid: 2, processStartedAt: () => '2000' },
    ],
  ])('%s, and its parts are taken over', (_name, next) => {
    const root = makeTempFolder();
    const left = leaveBehind(root, alive);
    const staging = openStaging(root, next);
    const own = dirname(staging.partPlace(KEY).shownPath);
    expect(readdirSync(root)).toEqual([basename(own)]);
    expect(basename(own)).not.toBe(left);
    expect(readdirSync(own)).toEqual([`${KEY}.part`, `${KEY}.part.json`]);
  });

  test.each<[string, LockingProcess]>([
    ['of a process that runs', { ...alive, pid: 2 }],
    [
      'of a process of which nobody is told when it was started',
      { ...alive, pid: 2, processStartedAt: () => null },
    ],
    ['of another machine', { ...alive, hostname: 'there', isProcessAlive: () => false }],
  ])('%s is left alone', (_name, next) => {
    const root = makeTempFolder();
    const left = leaveBehind(root, alive);
    openStagingFolder(openRoot(root), next).close();
    expect(readdirSync(root)).toEqual([left]);
    expect(readdirSync(join(root, left))).toHaveLength(3);
  });

  test('parts stay for those who need them, and take space', () => {
    const root = makeTempFolder();
    leaveBehind(root, alive);
    const staging = openStagingFolder(openRoot(root), alive);
    const own = dirname(staging.partPlace(KEY).shownPath);
    expect(staging.keepParts(new Set([KEY, 'another']))).toBeGreaterThan(0);
    expect(readdirSync(own)).toHaveLength(2);
    expect(staging.keepParts(new Set(['another']))).toBe(0);
    staging.close();
    expect(readdirSync(root)).toEqual([]);
  });

  test('a part that has its final name already is no part any more', () => {
    const root = makeTempFolder();
    const left = leaveBehind(root, alive);
    linkSync(join(root, left, `${KEY}.part`), join(root, 'film.mp4'));
    const staging = openStaging(root, alive);
    const own = dirname(staging.partPlace(KEY).shownPath);
    expect(readdirSync(own)).toEqual([`${KEY}.part.json`]);
  });

  test('a link of such a name is not followed', () => {
    const root = makeTempFolder();
    const outside = makeTempFolder();
    writeFileSync(join(outside, 'precious'), '');
    const left = leaveBehind(makeTempFolder(), alive);
    symlinkSync(outside, join(root, left));
    openStagingFolder(openRoot(root), alive).close();
    expect(readdirSync(outside)).toEqual(['precious']);
  });

  test("something of another's in it keeps it there, and no run fails", () => {
    const root = makeTempFolder();
    const left = leaveBehind(root, alive);
    mkdirSync(join(root, left, 'mine'));
    openStagingFolder(openRoot(root), alive).close();
    expect(readdirSync(join(root, left))).toContain('mine');
  });
});

test('a folder that nothing was written to is never made', () => {
  const root = makeTempFolder();
  openStagingFolder(openRoot(root), alive).close();
  expect(readdirSync(root)).toEqual([]);
});
