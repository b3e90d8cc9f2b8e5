import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type LockOptions, waitForLock } from '../../src/disk/lock.ts';
import type { LockingProcess } from '../../src/disk/lock-record.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { recordPauses } from '../support/pause-recorder.ts';
import { replaceDiskCall, replaceFileCall, systemError } from '../support/replace-disk-call.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { expectMode } from '../support/windows/expect-mode.ts';

const DEAD = JSON.stringify({ pid: 2, startedAt: 'then', hostname: 'here' });
const LIVING = JSON.stringify({ pid: 3, startedAt: 'then', hostname: 'here' });

const owner: LockingProcess = {
  pid: 1,
  hostname: 'here',
  isProcessAlive: (pid) => pid !== 2,
  processStartedAt: () => 'then',
  uptimeMs: () => 3_600_000,
};

const OPTIONS = { mode: 0o600, inTheWay: { code: 'CONFIG', hint: 'move it away' } } as const;

function take(lockPath: string, { by = owner, waitMs = 200, signal = new AbortController().signal } = {}) {
  return waitForLock(lockPath, {
    ...OPTIONS,
    owner: by,
    clock: createFastClock({ speed: 1 }),
    signal,
    waitMs,
  });
}

function lockIn(folder: string, text?: string): string {
  const lockPath = join(folder, 'store.lock');
  if (text !== undefined) writeFileSync(lockPath, text);
  return lockPath;
}

test('acquires and signs a free lock with the requested mode, and releases it', async () => {
  const folder = makeTempFolder();
  const lockPath = lockIn(folder);
  const lock = await take(lockPath);
  expect(JSON.parse(readFileSync(lockPath, 'utf8'))).toEqual({ pid: 1, startedAt: 'then', hostname: 'here' });
  expectMode(lockPath, OPTIONS.mode);
  expect(readdirSync(folder)).toEqual(['store.lock']);
  await lock?.release();
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ['of a dead process', DEAD],
  ['with invalid fields', '{"pid": "2"}'],
  ['that is not JSON', 'pid 2'],
])('takes over a lock %s', async (_name, text) => {
  const folder = makeTempFolder();
  const lockPath = lockIn(folder, text);
  const lock = await take(lockPath);
  expect(readFileSync(lockPath, 'utf8')).toContain('"pid":1');
  await lock?.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('restores a live lock that replaced a dead one at the last moment', async () => {
  const folder = makeTempFolder();
  const lockPath = lockIn(folder, DEAD);
  // Called between reading the dead lock and removing it.
  const isProcessAlive = (pid: number) => {
    if (pid === 2) writeFileSync(lockPath, LIVING);
    return pid !== 2;
  };
  expect(await take(lockPath, { by: { ...owner, isProcessAlive } })).toBeNull();
  expect(readFileSync(lockPath, 'utf8')).toBe(LIVING);
  expect(readdirSync(folder)).toEqual(['store.lock']);
});

test('leaves the lock of a live process alone and waits no longer than waitMs', async () => {
  const lockPath = lockIn(makeTempFolder(), LIVING);
  const beganMs = performance.now();
  expect(await take(lockPath, { waitMs: 120 })).toBeNull();
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(115);
  expect(readFileSync(lockPath, 'utf8')).toBe(LIVING);
});

test('respects an unsigned lock, but not an old one', async () => {
  const lockPath = lockIn(makeTempFolder(), '');
  expect(await take(lockPath, { waitMs: 0 })).toBeNull();
  const old = new Date(statSync(lockPath).mtimeMs - 10_000);
  utimesSync(lockPath, old, old);
  expect(await take(lockPath, { waitMs: 0 })).not.toBeNull();
});

test('rejects with the abort reason while waiting', async () => {
  const lockPath = lockIn(makeTempFolder(), LIVING);
  const ending = new AbortController();
  setTimeout(() => ending.abort(new Error('stopped')), 20);
  await expect(take(lockPath, { waitMs: 60_000, signal: ending.signal })).rejects.toThrow('stopped');
  expect(existsSync(lockPath)).toBe(true);
});

test('retries every 50 ms until the time is up', async () => {
  const lockPath = lockIn(makeTempFolder(), LIVING);
  const { clock, pausesMs } = recordPauses();
  const { signal } = new AbortController();
  expect(await waitForLock(lockPath, { ...OPTIONS, owner, clock, signal, waitMs: 100 })).toBeNull();
  expect(pausesMs).toEqual([50, 50]);
});

test('acquires a lock that is released between two checks', async () => {
  const lockPath = lockIn(makeTempFolder(), LIVING);
  // Called between the attempt and the check of the existing lock.
  const signal = Object.assign(new AbortController().signal, { throwIfAborted: () => rmSync(lockPath) });
  const lock = await take(lockPath, { signal, waitMs: 0 });
  expect(lock).not.toBeNull();
  expect(readFileSync(lockPath, 'utf8')).toContain('"pid":1');
});

test('reports a folder in place of the lock', async () => {
  const folder = makeTempFolder();
  const lockPath = lockIn(folder);
  mkdirSync(lockPath);
  await expect(take(lockPath)).rejects.toMatchObject({
    code: 'CONFIG',
    details: { hint: 'move it away' },
  });
  expect(readdirSync(folder)).toEqual(['store.lock']);
});

test('does not remove the lock of another process on release', async () => {
  const lockPath = lockIn(makeTempFolder());
  const lock = await take(lockPath);
  writeFileSync(lockPath, LIVING);
  await lock?.release();
  expect(readFileSync(lockPath, 'utf8')).toBe(LIVING);
});

test('fails with DISK if the lock file cannot be created', async () => {
  const folder = makeTempFolder();
  // The system resolves the first folder, which does not exist.
  await expect(take(`${folder}/missing/../store.lock`)).rejects.toMatchObject({ code: 'DISK' });
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ['without a start time', null],
  ['with another start time', 'before'],
])('takes over a lock with our own PID %s', async (_name, startedAt) => {
  const lockPath = lockIn(makeTempFolder(), JSON.stringify({ pid: 1, startedAt, hostname: 'here' }));
  const by = { ...owner, processStartedAt: (pid: number) => (pid === 1 ? 'then' : null) };
  expect(await take(lockPath, { by, waitMs: 0 })).not.toBeNull();
});

test('does not acquire a lock that this process already holds', async () => {
  const lockPath = lockIn(makeTempFolder());
  await take(lockPath);
  expect(await take(lockPath, { waitMs: 0 })).toBeNull();
});

const ABSENT = JSON.stringify({ pid: 3, startedAt: 'then', hostname: 'there' });
const QUARTER_MS = 15 * 60_000;

/** Tries to lock once, without waiting. */
function tryOnce(lockPath: string, options: Partial<LockOptions> = {}) {
  const { signal } = new AbortController();
  return waitForLock(lockPath, {
    ...OPTIONS,
    owner,
    clock: createFastClock(),
    signal,
    waitMs: 0,
    ...options,
  });
}

/** Sets the modification time of a file to `ageMs` ago, by the clock of the file system. */
function age(file: string, ageMs: number): void {
  const time = new Date(statSync(file).mtimeMs - ageMs);
  utimesSync(file, time, time);
}

test('has the creation time of the lock and creates temporary names beside it', async () => {
  const lockPath = lockIn(makeTempFolder());
  const lock = await tryOnce(lockPath);
  expect(lock?.madeMs).toBe(statSync(lockPath).mtimeMs);
  expect(dirname(lock?.aside() ?? '')).toBe(dirname(lockPath));
  expect(lock?.aside()).toMatch(/\/\.streamdiver-dl-[0-9a-f]{8}-1-[0-9a-f]{12}\.tmp$/);
  expectMode(lockPath, 0o600);
  await lock?.release();
  // A second release does nothing.
  await lock?.release();
});

test.each([
  ['recent', 0, undefined, false],
  ['old', QUARTER_MS + 60_000, undefined, true],
  ['old, with a recent sign of life', QUARTER_MS + 60_000, 0, false],
  ['old, with an old sign of life', QUARTER_MS + 120_000, QUARTER_MS + 60_000, true],
])('takes over a lock of another machine that is %s: %4$j', async (_name, ageMs, signAgeMs, isTaken) => {
  const folder = makeTempFolder();
  const lockPath = lockIn(folder, ABSENT);
  age(lockPath, ageMs);
  const signOfLife = join(folder, 'sign');
  if (signAgeMs !== undefined) {
    writeFileSync(signOfLife, '');
    age(signOfLife, signAgeMs);
  }
  const lock = await tryOnce(lockPath, { signOfLife });
  expect(lock !== null).toBe(isTaken);
  await lock?.release();
});

test('removes temporary files of killed processes unless clearsFolder is false', async () => {
  const folder = makeTempFolder();
  const lockPath = lockIn(folder);
  const lock = await tryOnce(lockPath);
  const left = lock?.aside().replace(/-1-/, '-2-') ?? '';
  await lock?.release();
  writeFileSync(left, '');
  const keeping = await tryOnce(lockPath, { clearsFolder: false });
  expect(existsSync(left)).toBe(true);
  await keeping?.release();
  const clearing = await tryOnce(lockPath);
  expect(existsSync(left)).toBe(false);
  await clearing?.release();
});

test('gives up after eight dead locks in a row', async () => {
  const lockPath = lockIn(makeTempFolder(), DEAD);
  let looks = 0;
  // Each attempt checks twice: before and after it moves the dead lock away.
  const isProcessAlive = (pid: number) => {
    if (pid !== 2) return true;
    looks += 1;
    if (looks % 2 === 0) writeFileSync(lockPath, DEAD);
    return false;
  };
  expect(await tryOnce(lockPath, { owner: { ...owner, isProcessAlive } })).toBeNull();
  expect(looks).toBe(16);
});

test('calls onTaken with the process that holds the lock', async () => {
  const lockPath = lockIn(makeTempFolder(), LIVING);
  const busy = new Error('busy');
  const { signal } = new AbortController();
  const onTaken = (by: unknown) => {
    expect(by).toEqual(JSON.parse(LIVING));
    throw busy;
  };
  const options = { ...OPTIONS, owner, clock: createFastClock(), signal, waitMs: 60_000 };
  await expect(waitForLock(lockPath, { ...options, onTaken })).rejects.toBe(busy);
  // An unsigned lock does not name a process yet.
  writeFileSync(lockPath, '');
  expect(await waitForLock(lockPath, { ...options, onTaken, waitMs: 0 })).toBeNull();
});

test.each([
  ['a folder', (lockPath: string) => mkdirSync(lockPath)],
  ['a large file', (lockPath: string) => writeFileSync(lockPath, 'x'.repeat(65_537))],
])('rejects %s in place of the lock with the code of the caller', async (_name, plant) => {
  const lockPath = lockIn(makeTempFolder());
  plant(lockPath);
  await expect(tryOnce(lockPath, { inTheWay: { code: 'EXISTS', hint: 'the hint' } })).rejects.toMatchObject({
    code: 'EXISTS',
    message: `${lockPath} is in the way: it is not a lock of this program`,
    details: { hint: 'the hint' },
  });
});

test('release does not remove a folder that replaced the lock', async () => {
  const lockPath = lockIn(makeTempFolder());
  const lock = await tryOnce(lockPath);
  rmSync(lockPath);
  mkdirSync(lockPath);
  await lock?.release();
  expect(statSync(lockPath).isDirectory()).toBe(true);
});

describe('on a failing disk', () => {
  test('reports a failed write and leaves no file', async () => {
    const folder = makeTempFolder();
    await replaceFileCall('writeFile', () => Promise.reject(systemError('ENOSPC')));
    await expect(tryOnce(lockIn(folder))).rejects.toMatchObject({
      code: 'DISK',
      message: `could not lock ${join(folder, 'store.lock')}: no space left on the disk`,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('reports the first error even if the cleanup fails', async () => {
    const folder = makeTempFolder();
    await replaceFileCall('writeFile', () => Promise.reject(systemError('ENOSPC')));
    const restore = replaceDiskCall('promises.rm', () => Promise.reject(systemError('EROFS')));
    await expect(tryOnce(lockIn(folder))).rejects.toThrow('no space left');
    restore();
  });

  test('reports a failed link and leaves no file', async () => {
    const folder = makeTempFolder();
    replaceDiskCall('promises.link', () => Promise.reject(systemError('EIO')));
    await expect(tryOnce(lockIn(folder))).rejects.toThrow('could not lock');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('reports a lock that cannot be read, moved, or removed', async () => {
    const folder = makeTempFolder();
    const lockPath = lockIn(folder, DEAD);
    const failing = (name: 'open' | 'rename' | 'rm', code: string) =>
      replaceDiskCall(`promises.${name}`, (real, [path, ...more]) =>
        path === lockPath ? Promise.reject(systemError(code)) : real(path, ...more),
      );
    const restoreOpen = failing('open', 'EIO');
    await expect(tryOnce(lockPath)).rejects.toThrow(`could not read ${lockPath}: input/output error`);
    restoreOpen();
    const restoreRename = failing('rename', 'EIO');
    await expect(tryOnce(lockPath)).rejects.toThrow(`could not take over ${lockPath}: input/output error`);
    restoreRename();
    const lock = await tryOnce(lockPath);
    const restoreRemove = failing('rm', 'EIO');
    await expect(lock?.release()).rejects.toThrow(`could not remove ${lockPath}: input/output error`);
    restoreRemove();
    await lock?.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('continues if another process moves the dead lock at the same time', async () => {
    const folder = makeTempFolder();
    const lockPath = lockIn(folder, DEAD);
    const restore = replaceDiskCall('promises.rename', () => {
      rmSync(lockPath, { force: true });
      return Promise.reject(systemError('ENOENT'));
    });
    const lock = await tryOnce(lockPath);
    expect(lock).not.toBeNull();
    restore();
    await lock?.release();
  });

  test('does not put a live lock back over a newer one', async () => {
    const folder = makeTempFolder();
    const lockPath = lockIn(folder, DEAD);
    // A live lock replaces the dead one before the move, and a third one follows after it.
    const restore = replaceDiskCall('promises.rename', async (real, [from, to]) => {
      writeFileSync(lockPath, LIVING);
      await real(from, to);
      writeFileSync(lockPath, ABSENT);
    });
    expect(await tryOnce(lockPath)).toBeNull();
    restore();
    expect(readFileSync(lockPath, 'utf8')).toBe(ABSENT);
    expect(readdirSync(folder)).toEqual(['store.lock']);
  });

  test('creates its temporary file again if another process removed it', async () => {
    const folder = makeTempFolder();
    let count = 0;
    const restore = replaceDiskCall('promises.link', (real, [from, to]) => {
      count += 1;
      if (count === 1) rmSync(from as string);
      return real(from, to);
    });
    const lock = await tryOnce(lockIn(folder));
    expect([lock !== null, count]).toEqual([true, 2]);
    restore();
    await lock?.release();
  });
});

test('a lock with a second hard link is held', async () => {
  const lockPath = lockIn(makeTempFolder(), LIVING);
  linkSync(lockPath, `${lockPath}-2`);
  expect(await tryOnce(lockPath)).toBeNull();
});
