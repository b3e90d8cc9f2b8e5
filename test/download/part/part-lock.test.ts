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

/** Knows two living processes; `onLook` is called each time it is asked for a dead one. */
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

/** As a process does it: the lock has its text when it gets its name. */
function putLock(lock: string, text: string): void {
  writeFileSync(`${lock}.new`, text);
  renameSync(`${lock}.new`, lock);
}

const claimAs = (lock: string, owner: LockingProcess, signal = new AbortController().signal) =>
  acquirePartLock(lock, { owner, clock: createClock(), signal }, `${lock}.json`);

test('a claim is over when it is released, and nothing of it stays', async () => {
  const lock = newLock();
  const held = await claimAs(lock, ownerOf(LIVING));
  expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: LIVING });
  await held.release();
  expect(readdirSync(dirname(lock))).toEqual([]);
});

test.each([
  ['that another process has signed', signedBy(OTHER)],
  ['that a process of the same number on another machine has signed', signedBy(LIVING, 'elsewhere')],
  ['that nobody has signed', 'of another'],
])('a lock %s is not taken away by whoever has lost its own', async (_whose, text) => {
  const lock = newLock();
  const held = await claimAs(lock, ownerOf(LIVING));
  rmSync(lock);
  putLock(lock, text);
  await held.release();
  expect(readFileSync(lock, 'utf8')).toBe(text);
});

test('a lock that is gone at the release is no failure', async () => {
  const lock = newLock();
  const held = await claimAs(lock, ownerOf(LIVING));
  rmSync(lock);
  await expect(held.release()).resolves.toBeUndefined();
});

test('a living lock that takes the place of a dead one at the last moment is put back', async () => {
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

test('a dead lock that vanishes at the last moment is claimed all the same', async () => {
  const lock = newLock();
  putLock(lock, signedBy(DEAD));
  const held = await claimAs(
    lock,
    ownerAmong(() => rmSync(lock)),
  );
  expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: LIVING });
  await held.release();
});

test('a lock that nobody has signed yet is waited for, and taken over once it is a second old', async () => {
  const lock = newLock();
  writeFileSync(lock, '');
  const beganMs = performance.now();
  const held = await claimAs(lock, ownerOf(LIVING));
  expect(performance.now() - beganMs).toBeGreaterThan(500);
  expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: LIVING });
  await held.release();
});

test('the wait for a lock that nobody has signed yet ends with the signal', async () => {
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
