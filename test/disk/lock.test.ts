import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitForLock } from '../../src/disk/lock.ts';
import type { LockingProcess } from '../../src/disk/lock-record.ts';
import { createFastClock } from '../support/fast-clock.ts';
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
  const pausesMs: number[] = [];
  let nowMs = 1_000;
  const clock = {
    ...createFastClock(),
    monotonicMs: () => nowMs,
    sleep: async (delayMs: number) => {
      pausesMs.push(delayMs);
      nowMs += delayMs;
    },
  };
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
