import { linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LockingProcess } from '../../src/disk/lock-record.ts';
import { type Folder, openFolder } from '../../src/target-folder/folder.ts';
import { openStagingFolder, type StagingFolder } from '../../src/target-folder/staging-folder.ts';
import { afterThisTest } from '../support/after-this-test.ts';
import { replaceDiskCall, systemError } from '../support/replace-disk-call.ts';
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

/** A staging folder that stays open until the test ends. */
function openStaging(root: string, unpacker: LockingProcess): StagingFolder {
  const staging = openStagingFolder(openRoot(root), unpacker);
  afterThisTest(async () => staging.close());
  return staging;
}

/** Leaves a staging folder behind, like a killed process. */
function leaveBehind(root: string, unpacker: LockingProcess): string {
  const staging = openStaging(root, unpacker);
  writeFileSync(staging.temporaryPlace().path, 'half');
  const part = staging.partPlace(KEY).shownPath;
  writeFileSync(part, 'a part');
  writeFileSync(`${part}.json`, '{}\n');
  return basename(dirname(part));
}

describe('case 110: the staging folder of a killed run', () => {
  test.each<[string, LockingProcess]>([
    ['is removed if its process is gone', { ...alive, pid: 2, isProcessAlive: () => false }],
    ['is removed if this process now has its PID', alive],
    ['is removed if another process now has its PID', { ...alive, pid: 2, processStartedAt: () => '2000' }],
  ])('%s, and its parts are kept for reuse', (_name, next) => {
    const root = makeTempFolder();
    const left = leaveBehind(root, alive);
    const staging = openStaging(root, next);
    const own = dirname(staging.partPlace(KEY).shownPath);
    expect(readdirSync(root)).toEqual([basename(own)]);
    expect(basename(own)).not.toBe(left);
    expect(readdirSync(own)).toEqual([`${KEY}.part`, `${KEY}.part.json`]);
  });

  test.each<[string, LockingProcess]>([
    ['its process is running', { ...alive, pid: 2 }],
    ['the start time of its process is unknown', { ...alive, pid: 2, processStartedAt: () => null }],
    ['it is from another machine', { ...alive, hostname: 'there', isProcessAlive: () => false }],
  ])('is left alone if %s', (_name, next) => {
    const root = makeTempFolder();
    const left = leaveBehind(root, alive);
    openStagingFolder(openRoot(root), next).close();
    expect(readdirSync(root)).toEqual([left]);
    expect(readdirSync(join(root, left))).toHaveLength(3);
  });

  test('keepParts keeps only the given parts and returns the space they take', () => {
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

  test('keepParts fails if the parts cannot be listed', () => {
    const root = makeTempFolder();
    leaveBehind(root, alive);
    const staging = openStaging(root, alive);
    const restore = replaceDiskCall('readdirSync', () => {
      throw systemError('EIO');
    });
    expect(() => staging.keepParts(new Set())).toThrow(
      expect.objectContaining({
        code: 'DISK',
        message: expect.stringMatching(
          /^could not remove what an earlier run left in .*: input\/output error$/,
        ) as string,
      }),
    );
    restore();
    expect(staging.keepParts(new Set())).toBe(0);
  });

  test('drops a part that already has its final name', () => {
    const root = makeTempFolder();
    const left = leaveBehind(root, alive);
    linkSync(join(root, left, `${KEY}.part`), join(root, 'film.mp4'));
    const staging = openStaging(root, alive);
    const own = dirname(staging.partPlace(KEY).shownPath);
    expect(readdirSync(own)).toEqual([`${KEY}.part.json`]);
  });

  test('is not followed if it is a link', () => {
    const root = makeTempFolder();
    const outside = makeTempFolder();
    writeFileSync(join(outside, 'precious'), '');
    const left = leaveBehind(makeTempFolder(), alive);
    symlinkSync(outside, join(root, left));
    openStagingFolder(openRoot(root), alive).close();
    expect(readdirSync(outside)).toEqual(['precious']);
  });

  test('stays without an error if it contains anything else', () => {
    const root = makeTempFolder();
    const left = leaveBehind(root, alive);
    mkdirSync(join(root, left, 'mine'));
    openStagingFolder(openRoot(root), alive).close();
    expect(readdirSync(join(root, left))).toContain('mine');
  });
});

test('creates no folder if nothing is written', () => {
  const root = makeTempFolder();
  openStagingFolder(openRoot(root), alive).close();
  expect(readdirSync(root)).toEqual([]);
});
