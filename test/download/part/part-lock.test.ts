import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createClock } from '../../../src/clock.ts';
import type { LockingProcess } from '../../../src/disk/lock-record.ts';
import { acquirePartLock } from '../../../src/download/part/part-lock.ts';
import { ownerOf } from '../../support/download-scene.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const DEAD = 1_001;
const LIVING = 1_002;
const OTHER = 1_003;

/** Knows two live processes, and calls `onLook` on each check of a dead one. */
function ownerAmong(onLook: () => void): LockingProcess {
  const isAlive = (pid: number) => pid === LIVING || pid === OTHER;
  return {
    ...ownerOf(LIVING),
    isProcessAlive(pid) {
      if (!isAlive(pid)) onLook();
      return isAlive(pid);
    },
    processStartedAt: (pid) => (isAlive(pid) ? 'now' : null),
  };
}

function newLock(): string {
  return join(makeTempFolder(), 'object.zip.part.lock');
}

function signedBy(pid: number, host = hostname()): string {
  return JSON.stringify({ pid, startedAt: 'now', hostname: host });
}

/** Creates a lock like a process does: with its text before it has its name. */
function putLock(lock: string, text: string): void {
  writeFileSync(`${lock}.new`, text);
  renameSync(`${lock}.new`, lock);
}

const claimAs = (lock: string, owner: LockingProcess, signal = new AbortController().signal) =>
  acquirePartLock(lock, { owner, clock: createClock(), signal }, `${lock}.json`);

test('leaves no files behind after a release', async () => {
  const lock = newLock();
  const held = await claimAs(lock, ownerOf(LIVING));
  expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: LIVING });
  await held.release();
  expect(readdirSync(dirname(lock))).toEqual([]);
});

test.each([
  ['signed by another process', signedBy(OTHER)],
  ['signed by the same PID on another machine', signedBy(LIVING, 'elsewhere')],
  ['signed by nobody', 'of another'],
])('does not remove a lock %s after losing its own', async (_whose, text) => {
  const lock = newLock();
  const held = await claimAs(lock, ownerOf(LIVING));
  rmSync(lock);
  putLock(lock, text);
  await held.release();
  expect(readFileSync(lock, 'utf8')).toBe(text);
});

test('releases without an error if the lock file is gone', async () => {
  const lock = newLock();
  const held = await claimAs(lock, ownerOf(LIVING));
  rmSync(lock);
  await expect(held.release()).resolves.toBeUndefined();
});

test('restores a live lock that replaced a dead one at the last moment', async () => {
  const lock = newLock();
  putLock(lock, signedBy(DEAD));
  const owner = ownerAmong(() => putLock(lock, signedBy(OTHER)));
  await expect(claimAs(lock, owner)).rejects.toMatchObject({
    code: 'BUSY',
    message: expect.stringContaining(`process ${OTHER}`),
  });
  expect(readFileSync(lock, 'utf8')).toBe(signedBy(OTHER));
  expect(readdirSync(dirname(lock))).toEqual(['object.zip.part.lock']);
});

test('acquires a dead lock that disappears at the last moment', async () => {
  const lock = newLock();
  putLock(lock, signedBy(DEAD));
  const held = await claimAs(
    lock,
    ownerAmong(() => rmSync(lock)),
  );
  expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: LIVING });
  await held.release();
});

test('waits for an unsigned lock and takes it over after a second', async () => {
  const lock = newLock();
  writeFileSync(lock, '');
  const beganMs = performance.now();
  const held = await claimAs(lock, ownerOf(LIVING));
  expect(performance.now() - beganMs).toBeGreaterThan(500);
  expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: LIVING });
  await held.release();
});

test('stops waiting for an unsigned lock on abort', async () => {
  const lock = newLock();
  writeFileSync(lock, '');
  const interruption = new AbortController();
  const reason = new Error('Ctrl-C');
  const beganMs = performance.now();
  setTimeout(() => interruption.abort(reason), 100);
  await expect(claimAs(lock, ownerOf(LIVING), interruption.signal)).rejects.toBe(reason);
  expect(performance.now() - beganMs).toBeLessThan(900);
  expect(readFileSync(lock, 'utf8')).toBe('');
});
