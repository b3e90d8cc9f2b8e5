import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LockingProcess } from '../../../src/disk/lock-record.ts';
import { createByteRanges } from '../../../src/download/part/byte-ranges.ts';
import { openPart } from '../../../src/download/part/open-part.ts';
import { openPartAt, openPartFile } from '../../../src/download/part/open-part-file.ts';
import type { PartFile } from '../../../src/download/part/part-file.ts';
import { afterThisTest } from '../../support/after-this-test.ts';
import { pseudoRandomBytes } from '../../support/bytes.ts';
import { ownerOf, writerOf } from '../../support/download-scene.ts';
import { closeSlowly } from '../../support/slow-close.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';

const identity = { origin: 'https://api.example', packageId: 'package', fileId: 'one' };
const bytes = pseudoRandomBytes(8_000, 1);
const FIRST = ownerOf(1_001);
const SECOND = ownerOf(1_002);
const ETAG = { etag: '"a"', lastModified: null };

/** Opens a part file until the end of the test, since a killed process leaves nothing open either. */
async function open(target: string, owner: LockingProcess): Promise<PartFile> {
  const part = await openPartFile({ ...writerOf(0), owner, target, identity, mayResume: true });
  afterThisTest(() => part.remove());
  return part;
}

async function bring(part: PartFile, start: number, end: number): Promise<void> {
  await part.write([bytes.subarray(start, end)], start);
}

function newTarget(): string {
  return join(makeTempFolder(), 'object.zip');
}

/** Pretends that the machine was rebooted. */
function reboot(target: string): void {
  const [head = '', ...notes] = readFileSync(`${target}.part.json`, 'utf8').split('\n');
  const journal = { ...JSON.parse(head), bootId: 'another' };
  writeFileSync(`${target}.part.json`, [JSON.stringify(journal), ...notes].join('\n'));
}

describe('after a kill', () => {
  test('case 73: keeps ranges noted since the last checkpoint', async () => {
    const target = newTarget();
    const part = await open(target, FIRST);
    await part.describeObject({ sizeBytes: bytes.length, validator: ETAG });
    await bring(part, 0, 1_000);
    await part.checkpoint();
    await bring(part, 5_000, 6_000);
    await part.note();
    await bring(part, 6_000, 7_000);
    const next = await open(target, SECOND);
    expect(next.have.list()).toEqual([
      { start: 0, end: 1_000 },
      { start: 5_000, end: 6_000 },
    ]);
    expect(next.object()).toEqual({ sizeBytes: bytes.length, validator: ETAG });
    await next.close();
  });

  test('case 73: ignores a truncated note and uses the one before it', async () => {
    const target = newTarget();
    const part = await open(target, FIRST);
    await bring(part, 0, 1_000);
    await part.note();
    appendFileSync(`${target}.part.json`, '[[0,2000],[30');
    const next = await open(target, SECOND);
    expect(next.have.list()).toEqual([{ start: 0, end: 1_000 }]);
    await next.close();
  });

  test('case 74: keeps only checkpointed ranges after a machine crash', async () => {
    const target = newTarget();
    const part = await open(target, FIRST);
    await bring(part, 0, 1_000);
    await part.checkpoint();
    await bring(part, 5_000, 6_000);
    await part.note();
    reboot(target);
    const next = await open(target, SECOND);
    expect(next.have.list()).toEqual([{ start: 0, end: 1_000 }]);
    expect(next.unsyncedBytes).toBe(1_000);
    await next.close();
  });
});

test('case 74: never trusts wrong bytes after a power cut at any point', {
  timeout: 60_000,
}, async () => {
  const step = fc.record({
    act: fc.constantFrom('write', 'write', 'write', 'note', 'checkpoint', 'forget', 'restart'),
    start: fc.nat(7_000),
    sizeBytes: fc.integer({ min: 1, max: 1_000 }),
    /** What remains of the unsynced bytes: nothing, zeros, or half of them. */
    tear: fc.constantFrom('cut', 'zeros', 'half'),
  });
  const checking = fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const folder = makeTempFolder();
      const target = join(folder, 'object.zip');
      const part = await open(target, FIRST);
      let isSynced = createByteRanges();
      for (const [index, { act, start, sizeBytes, tear }] of steps.entries()) {
        if (act === 'write') await bring(part, start, start + sizeBytes);
        if (act === 'note') await part.note();
        if (act === 'forget') await part.forget(start, start + sizeBytes);
        if (act === 'restart') await part.restart();
        if (act === 'checkpoint') await part.checkpoint();
        if (act === 'checkpoint' || act === 'restart') isSynced = createByteRanges(part.have.list());
        if (act === 'forget') isSynced.remove(start, start + sizeBytes);
        const after = join(folder, `after-${index}`);
        mkdirSync(after);
        await expectNothingWrong(target, join(after, 'object.zip'), { isSynced, tear });
      }
      await part.close();
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 40 },
  );
  await expect(checking).resolves.toBeUndefined();
});

/** Opens what a power cut would leave of a part file now, and checks every byte it then trusts. */
async function expectNothingWrong(
  from: string,
  target: string,
  { isSynced, tear }: { isSynced: ReturnType<typeof createByteRanges>; tear: string },
): Promise<void> {
  copyFileSync(`${from}.part.json`, `${target}.part.json`);
  const left = readFileSync(`${from}.part`);
  for (const { start, end } of isSynced.missing(left.length)) {
    left.fill(0, tear === 'half' ? Math.floor((start + end) / 2) : start, end);
  }
  writeFileSync(`${target}.part`, left);
  if (tear === 'cut') truncateSync(`${target}.part`, isSynced.end());
  reboot(target);
  const next = await open(target, SECOND);
  for (const { start, end } of next.have.list()) {
    expect((await next.readBack(start, end)).equals(bytes.subarray(start, end))).toBe(true);
  }
  await next.close();
}

test('case 79: resumes from a journal of the first release', async () => {
  const target = newTarget();
  writeFileSync(`${target}.part`, bytes.subarray(0, 3_000));
  const journal = {
    schema: 1,
    identity,
    sizeBytes: bytes.length,
    validator: ETAG,
    syncedBytes: 2_000,
    bootId: null,
    rejected: null,
  };
  writeFileSync(`${target}.part.json`, `${JSON.stringify(journal)}\n`);
  const part = await open(target, FIRST);
  expect(part.have.list()).toEqual([{ start: 0, end: 2_000 }]);
  expect(part.object()).toEqual({ sizeBytes: bytes.length, validator: ETAG });
  await part.close();
});

test('case 90: supports offsets beyond 2^32', async () => {
  const target = newTarget();
  const start = 5 * 2 ** 30 - 100;
  const part = await open(target, FIRST);
  await part.write([bytes], start);
  await part.checkpoint();
  const next = await open(target, SECOND);
  expect(next.have.list()).toEqual([{ start, end: start + bytes.length }]);
  expect((await next.readBack(start, start + bytes.length)).equals(bytes)).toBe(true);
  await next.close();
});

test('case 68: knows the validator before it is saved to disk', async () => {
  const part = await open(newTarget(), FIRST);
  const saved = part.describeObject({ sizeBytes: bytes.length, validator: ETAG });
  expect(part.object().validator).toEqual(ETAG);
  await saved;
  await part.close();
});

test('closes the part if its journal cannot be written', async () => {
  const path = join(makeTempFolder(), 'object.zip.part');
  const openFiles = closeSlowly();
  const place = {
    path,
    shownPath: path,
    journalPath: `${path}.json`,
    aside: () => join(path, 'not a folder'),
    release: async () => undefined,
  };
  const options = { identity, mayResume: true, keepsChecksums: false, holder: null };
  await expect(openPartAt(place, options)).rejects.toMatchObject({ code: 'ENOTDIR' });
  expect(openFiles()).toBe(0);
});

test('closes a file that is not a part before it reports that', async () => {
  const path = join(makeTempFolder(), 'object.zip.part');
  writeFileSync(path, 'of somebody else');
  const openFiles = closeSlowly();
  const opened = openPart(path, { mayBeStrange: false, aside: `${path}.aside` });
  await expect(opened).rejects.toMatchObject({ code: 'EXISTS' });
  expect(openFiles()).toBe(0);
});

test('a closed part has no open files and no lock', async () => {
  const target = newTarget();
  const part = await open(target, FIRST);
  await bring(part, 0, 1_000);
  const first = part.handle();
  await part.restart();
  await part.close();
  expect([first.fd, part.handle().fd]).toEqual([-1, -1]);
  expect(listTree(dirname(target)).map(({ path }) => path)).toEqual([
    'object.zip.part',
    'object.zip.part.json',
  ]);
});

describe('locks', () => {
  const alive = (startedAt: string | null): LockingProcess => ({
    ...SECOND,
    isProcessAlive: () => true,
    processStartedAt: (pid) => (pid === SECOND.pid ? 'second' : startedAt),
    uptimeMs: () => 3_600_000,
  });

  test('case 126: reports BUSY even if the lock of a writing process was deleted', async () => {
    const target = newTarget();
    const part = await open(target, FIRST);
    rmSync(`${target}.part.lock`);
    await expect(open(target, alive('now'))).rejects.toMatchObject({
      code: 'BUSY',
      message: expect.stringContaining('process 1001'),
    });
    await bring(part, 0, 1_000);
    await part.checkpoint();
    await part.assertOurs();
    await part.close();
  });

  test('case 126: does not remove the lock of another process after losing its own', async () => {
    const target = newTarget();
    const part = await open(target, FIRST);
    rmSync(`${target}.part.lock`);
    writeFileSync(`${target}.part.lock.other`, 'of another');
    renameSync(`${target}.part.lock.other`, `${target}.part.lock`);
    await part.close();
    expect(readFileSync(`${target}.part.lock`, 'utf8')).toBe('of another');
  });

  test('case 126: leaves no files behind when the lock is held', async () => {
    const target = newTarget();
    const part = await open(target, FIRST);
    const before = listTree(dirname(target));
    await expect(open(target, alive('now'))).rejects.toMatchObject({ code: 'BUSY' });
    expect(listTree(dirname(target))).toEqual(before);
    await part.close();
  });

  test.each([
    ['of a dead process is removed', hostname(), 1_003, 0, false],
    ['of a live process stays', hostname(), SECOND.pid, 0, true],
    ['from before its PID was reused is removed', hostname(), SECOND.pid, 16, false],
    ['of another machine stays', 'elsewhere', 1_003, 14, true],
    ['of another machine, idle for long, is removed', 'elsewhere', 1_003, 16, false],
  ])('case 126: a temporary lock file %s', async (_whose, host, pid, minutes, stays) => {
    const target = newTarget();
    const key = createHash('sha256').update(host).digest('hex').slice(0, 8);
    const temporary = join(dirname(target), `.streamdiver-dl-${key}-${pid}-0123456789ab.lock`);
    writeFileSync(temporary, '');
    const then = new Date(statSync(temporary).mtimeMs - minutes * 60_000);
    utimesSync(temporary, then, then);
    const part = await open(target, SECOND);
    expect(existsSync(temporary)).toBe(stays);
    await part.close();
  });

  test('case 126: stops after losing the part file to another process', async () => {
    const target = newTarget();
    const part = await open(target, FIRST);
    await bring(part, 0, 1_000);
    // The second process wrongly considers the first one dead.
    const thief = await open(target, SECOND);
    await expect(part.assertOurs()).rejects.toMatchObject({ code: 'BUSY' });
    await expect(part.checkpoint()).rejects.toMatchObject({ code: 'BUSY' });
    await thief.assertOurs();
    await thief.close();
  });

  test('case 126: takes over the lock of a process if its PID was reused', async () => {
    const target = newTarget();
    await (await open(target, FIRST)).checkpoint();
    const next = await open(target, alive('later'));
    await next.close();
    expect(JSON.parse(readFileSync(`${target}.part.json`, 'utf8')).holder).toBeNull();
  });

  test('case 126: respects the lock of a live process with a hidden start time (hidepid)', async () => {
    const target = newTarget();
    const part = await open(target, FIRST);
    await part.checkpoint();
    await expect(open(target, alive(null))).rejects.toMatchObject({ code: 'BUSY' });
    await part.assertOurs();
    await part.close();
  });

  test.each([
    ['after', 59, 'BUSY'],
    ['before', 61, null],
  ])(
    'a lock signed %s the machine started, on a system without process start times',
    async (_name, minutes, code) => {
      const target = newTarget();
      await (await open(target, { ...FIRST, processStartedAt: () => null })).checkpoint();
      const then = new Date(statSync(`${target}.part.lock`).mtimeMs - minutes * 60_000);
      for (const name of ['.part.lock', '.part.json']) utimesSync(target + name, then, then);
      const opened = await open(target, alive(null)).catch((error: unknown) => error);
      expect(opened).toMatchObject(code === null ? { discarded: null } : { code });
    },
  );

  test.each([
    ['14 minutes', 14, 'BUSY'],
    ['16 minutes', 16, null],
  ])('case 126: a holder on another machine, silent for %s', async (_name, minutes, code) => {
    const target = newTarget();
    await (await open(target, { ...FIRST, hostname: 'elsewhere' })).checkpoint();
    const then = new Date(statSync(`${target}.part.lock`).mtimeMs - minutes * 60_000);
    for (const name of ['.part.lock', '.part.json']) utimesSync(target + name, then, then);
    const opened = await open(target, SECOND).catch((error: unknown) => error);
    expect(opened).toMatchObject(code === null ? { discarded: null } : { code });
    expect(readFileSync(`${target}.part.lock`, 'utf8')).toContain(code === null ? hostname() : 'elsewhere');
  });
});
