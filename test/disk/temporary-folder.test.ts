import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { makeTemporaryFolder } from '../../src/disk/temporary-folder.ts';
import { replaceDiskCall, systemError } from '../support/replace-disk-call.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { expectMode } from '../support/windows/expect-mode.ts';

const DEAD = 2;
const PREFIX = 'unpack-';
const owner = {
  pid: 1,
  hostname: 'here',
  isProcessAlive: (pid: number) => pid !== DEAD,
  processStartedAt: () => 'then',
  uptimeMs: () => 3_600_000,
  userId: process.geteuid?.() ?? null,
};

/** Creates the folder of another run. */
function plant(
  parent: string,
  name: string,
  record: unknown = { pid: DEAD, startedAt: 'then', hostname: 'here' },
) {
  mkdirSync(join(parent, name));
  writeFileSync(join(parent, name, 'file'), '');
  if (record !== undefined) writeFileSync(join(parent, name, '.unfinished'), JSON.stringify(record));
}

describe('a temporary folder', () => {
  test('is private to this user and signed until it is kept', async () => {
    const parent = makeTempFolder();
    const made = await makeTemporaryFolder(parent, PREFIX, owner);
    expect(basename(made.path)).toMatch(/^unpack-\w{6}$/);
    expect(readdirSync(parent)).toEqual([basename(made.path)]);
    expect(JSON.parse(readFileSync(join(made.path, '.unfinished'), 'utf8'))).toEqual({
      pid: 1,
      startedAt: 'then',
      hostname: 'here',
    });
    expectMode(made.path, 0o700);
    expectMode(join(made.path, '.unfinished'), 0o600);
    await made.keep();
    await made.keep();
    expect(readdirSync(made.path)).toEqual([]);
  });

  test('is returned as a real path', async () => {
    const parent = makeTempFolder();
    mkdirSync(join(parent, 'real'));
    symlinkSync('real', join(parent, 'link'));
    const made = await makeTemporaryFolder(join(parent, 'link'), PREFIX, owner);
    expect(made.path.startsWith(join(parent, 'real', PREFIX))).toBe(true);
  });

  test('without an owner, is not signed and removes no other folder', async () => {
    const parent = makeTempFolder();
    plant(parent, `${PREFIX}dead`);
    const made = await makeTemporaryFolder(parent, PREFIX, null);
    expect(readdirSync(made.path)).toEqual([]);
    expect(readdirSync(parent)).toHaveLength(2);
    await made.keep();
  });

  test('reports a missing parent', async () => {
    const parent = join(makeTempFolder(), 'missing');
    await expect(makeTemporaryFolder(parent, PREFIX, owner)).rejects.toMatchObject({
      code: 'DISK',
      message: `could not make a folder in ${parent}: no such file or folder`,
      details: { hint: 'set TMPDIR to a folder that exists and can be written' },
    });
  });

  test('is removed if it cannot be signed', async () => {
    const parent = makeTempFolder();
    replaceDiskCall('promises.writeFile', () => Promise.reject(systemError('ENOSPC')));
    await expect(makeTemporaryFolder(parent, PREFIX, owner)).rejects.toMatchObject({
      code: 'DISK',
      message: `could not make a folder in ${parent}: no space left on the disk`,
    });
    expect(readdirSync(parent)).toEqual([]);
  });
});

describe('the folder of another run', () => {
  const hourAgo = new Date(createClock().now() - 2 * 3_600_000);

  test.each<[string, unknown, boolean]>([
    ['a dead process', { pid: DEAD, startedAt: 'then', hostname: 'here' }, false],
    ['an earlier process with an ID in use', { pid: 3, startedAt: 'before', hostname: 'here' }, false],
    ['a running process', { pid: 3, startedAt: 'then', hostname: 'here' }, true],
    ['another machine', { pid: DEAD, startedAt: 'then', hostname: 'there' }, true],
    ['nobody', 'text', true],
    ['nobody, without a record', undefined, true],
  ])('is kept or removed by its owner: %s', async (_name, record, isKept) => {
    const parent = makeTempFolder();
    if (record === undefined) mkdirSync(join(parent, `${PREFIX}other`));
    else plant(parent, `${PREFIX}other`, record);
    await makeTemporaryFolder(parent, PREFIX, owner);
    expect(existsSync(join(parent, `${PREFIX}other`))).toBe(isKept);
  });

  test('without a start time, is abandoned if it is older than the last boot', async () => {
    const parent = makeTempFolder();
    const record = { pid: 3, startedAt: null, hostname: 'here' };
    plant(parent, `${PREFIX}new`, record);
    plant(parent, `${PREFIX}old`, record);
    utimesSync(join(parent, `${PREFIX}old`, '.unfinished'), hourAgo, hourAgo);
    await makeTemporaryFolder(parent, PREFIX, owner);
    expect([existsSync(join(parent, `${PREFIX}new`)), existsSync(join(parent, `${PREFIX}old`))]).toEqual([
      true,
      false,
    ]);
  });

  test('is removed only with the same prefix and a record file, and never through a link', async () => {
    const parent = makeTempFolder();
    const elsewhere = makeTempFolder();
    plant(parent, 'other-dead');
    plant(elsewhere, 'dead');
    symlinkSync(join(elsewhere, 'dead'), join(parent, `${PREFIX}link`));
    mkdirSync(join(parent, `${PREFIX}odd`, '.unfinished'), { recursive: true });
    writeFileSync(join(parent, `${PREFIX}file`), '');
    plant(parent, `${PREFIX}z-dead`);
    await makeTemporaryFolder(parent, PREFIX, owner);
    expect(readdirSync(parent).filter((name) => !/^unpack-\w{6}$/.test(name))).toEqual(
      ['other-dead', `${PREFIX}file`, `${PREFIX}link`, `${PREFIX}odd`].filter(
        (name) => !/^unpack-\w{6}$/.test(name),
      ),
    );
    expect(existsSync(join(elsewhere, 'dead', 'file'))).toBe(true);
  });

  test.skipIf(owner.userId === null)('is removed only if it belongs to this user', async () => {
    const parent = makeTempFolder();
    plant(parent, `${PREFIX}dead`);
    await makeTemporaryFolder(parent, PREFIX, { ...owner, userId: (owner.userId ?? 0) + 1 });
    expect(existsSync(join(parent, `${PREFIX}dead`))).toBe(true);
    await makeTemporaryFolder(parent, PREFIX, { ...owner, userId: null });
    expect(existsSync(join(parent, `${PREFIX}dead`))).toBe(false);
  });

  test('may fail to be removed, but a bug is rethrown', async () => {
    const parent = makeTempFolder();
    plant(parent, `${PREFIX}dead`);
    const restore = replaceDiskCall('promises.rm', () => Promise.reject(systemError('EBUSY')));
    await makeTemporaryFolder(parent, PREFIX, owner);
    restore();
    const restoreList = replaceDiskCall('promises.readdir', () => Promise.reject(systemError('EACCES')));
    await makeTemporaryFolder(parent, PREFIX, owner);
    restoreList();
    replaceDiskCall('promises.readdir', () => Promise.reject(new TypeError('broken')));
    await expect(makeTemporaryFolder(parent, PREFIX, owner)).rejects.toThrow('broken');
  });
});
