import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ByteRange } from '../../../src/download/part/byte-ranges.ts';
import { openPartFile } from '../../../src/download/part/open-part-file.ts';
import type { PartFile } from '../../../src/download/part/part-file.ts';
import { partSource } from '../../../src/download/part/part-source.ts';
import { afterThisTest } from '../../support/after-this-test.ts';
import { pseudoRandom, pseudoRandomBytes } from '../../support/bytes.ts';
import { writerOf } from '../../support/download-scene.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const identity = { origin: 'https://api.example', packageId: 'package', fileId: 'one' };
const bytes = pseudoRandomBytes(8_000, 1);
const ALL = [{ start: 0, end: bytes.length }];

async function open(target: string, pid = 1_001): Promise<PartFile> {
  const part = await openPartFile({
    target,
    identity,
    ...writerOf(pid),
    mayResume: true,
    keepsChecksums: true,
  });
  afterThisTest(() => part.remove());
  return part;
}

function newTarget(): string {
  return join(makeTempFolder(), 'object.zip');
}

function syncedOf(target: string): unknown {
  const [head = ''] = readFileSync(`${target}.part.json`, 'utf8').split('\n');
  return JSON.parse(head).synced;
}

/** Runs `act` before each call of one method of an open file. */
function before(file: FileHandle, name: 'writev' | 'sync', act: () => Promise<unknown>): void {
  const call = file[name].bind(file) as (...args: unknown[]) => Promise<unknown>;
  Object.assign(file, {
    [name]: async (...args: unknown[]) => {
      await act();
      return call(...args);
    },
  });
}

/** Delays the next call until the returned function is called. */
function holdNext(file: FileHandle, name: 'writev' | 'sync'): () => void {
  let letThrough: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    letThrough = resolve;
  });
  let isFirst = true;
  before(file, name, async () => {
    if (!isFirst) return;
    isFirst = false;
    await gate;
  });
  return letThrough;
}

test('a write that starts during a restart goes into the new file', async () => {
  const part = await open(newTarget());
  await part.write([bytes], 0);
  const restarting = part.restart();
  await Promise.all([restarting, part.write([bytes.subarray(0, 5_000)], 0)]);
  expect(part.have.list()).toEqual([{ start: 0, end: 5_000 }]);
  expect((await part.readBack(0, 5_000)).equals(bytes.subarray(0, 5_000))).toBe(true);
});

test('a checkpoint that starts during a restart syncs the new file', async () => {
  const target = newTarget();
  const part = await open(target);
  const old = part.handle();
  const syncedFiles: FileHandle[] = [];
  before(old, 'sync', async () => syncedFiles.push(old));
  const restarting = part.restart();
  const writing = part.write([bytes], 0);
  await Promise.all([restarting, part.checkpoint(), writing]);
  expect(syncedFiles).toEqual([]);
  await part.checkpoint();
  expect(syncedOf(target)).toEqual([[0, bytes.length]]);
});

test.each(['after', 'before'])(
  'a checkpoint in flight does not cover forgotten bytes if it ends %s the forget',
  async (order) => {
    const target = newTarget();
    const part = await open(target);
    await part.write([bytes], 0);
    const letThrough = holdNext(part.handle(), 'sync');
    const saving = part.checkpoint();
    const forgetting = part.forget(2_000, 3_000);
    if (order === 'after') await forgetting;
    letThrough();
    await Promise.all([saving, forgetting]);
    expect(syncedOf(target)).not.toContainEqual([0, bytes.length]);
    await part.checkpoint();
    expect(syncedOf(target)).toEqual([
      [0, 2_000],
      [3_000, bytes.length],
    ]);
  },
);

test('a write in flight to a forgotten range neither counts nor overwrites later bytes', async () => {
  const part = await open(newTarget());
  const letThrough = holdNext(part.handle(), 'writev');
  const stale = part.write([Buffer.alloc(1_000)], 0);
  const forgetting = part.forget(0, 1_000);
  const writing = part.write([bytes], 0);
  letThrough();
  await Promise.all([stale, forgetting, writing]);
  expect(part.have.list()).toEqual(ALL);
  expect((await part.readBack(0, bytes.length)).equals(bytes)).toBe(true);
});

describe('after a failed sync', () => {
  /** The kernel reports the failure once, and may have dropped the data it could not write. */
  async function failSync(part: PartFile): Promise<void> {
    const failure = Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'fsync' });
    let isFirst = true;
    before(part.handle(), 'sync', async () => {
      if (!isFirst) return;
      isFirst = false;
      throw failure;
    });
    await expect(part.checkpoint()).rejects.toMatchObject({ code: 'DISK' });
  }

  test('the next run trusts only what was synced before', async () => {
    const target = newTarget();
    const part = await open(target);
    await part.write([bytes.subarray(0, 1_000)], 0);
    await part.checkpoint();
    await part.write([bytes.subarray(1_000)], 1_000);
    await part.note();
    await failSync(part);
    expect(part.have.list()).toEqual([{ start: 0, end: 1_000 }]);
    await part.close();
    const next = await open(target, 1_002);
    expect(next.have.list()).toEqual([{ start: 0, end: 1_000 }]);
  });

  test('a run after a kill trusts no more, even after a later checkpoint', async () => {
    const target = newTarget();
    const part = await open(target);
    await part.write([bytes.subarray(0, 1_000)], 0);
    await part.checkpoint();
    await part.write([bytes.subarray(1_000)], 1_000);
    await part.note();
    await failSync(part);
    expect(readFileSync(`${target}.part.json`, 'utf8').split('\n').slice(1)).toEqual(['']);
    await part.checkpoint();
    expect(syncedOf(target)).toEqual([[0, 1_000]]);
    const next = await open(target, 1_002);
    expect(next.have.list()).toEqual([{ start: 0, end: 1_000 }]);
  });

  test('a write that was in flight does not count', async () => {
    const part = await open(newTarget());
    const letThrough = holdNext(part.handle(), 'writev');
    const writing = part.write([bytes], 0);
    await failSync(part);
    letThrough();
    await writing;
    expect(part.have.list()).toEqual([]);
  });
});

/**
 * Tracks what a power cut would leave of a file: its content when the latest successful sync started. Syncs may
 * overlap. An earlier one that ends later removes nothing from the disk.
 */
function watchSyncs(part: PartFile, path: string, next: () => number) {
  const synced = new Map<FileHandle, Buffer>();
  let begun = 0;
  const watch = (): void => {
    const file = part.handle();
    if (synced.has(file)) return;
    synced.set(file, Buffer.alloc(0));
    let lastBegun = 0;
    const call = file.sync.bind(file);
    Object.assign(file, {
      sync: async () => {
        begun += 1;
        const [order, content] = [begun, readFileSync(path)];
        // Long enough for syncs to overlap, and for bytes to be discarded in the meantime.
        await delay((next() % 3) * 8);
        await call();
        if (order < lastBegun) return;
        lastBegun = order;
        synced.set(file, content);
      },
    });
    before(file, 'writev', () => delay(next() % 3));
  };
  return { watch, content: () => synced.get(part.handle()) ?? Buffer.alloc(0) };
}

test('concurrent writes, checkpoints, restarts, and forgets leave no stale bytes', {
  timeout: 60_000,
}, async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const next = pseudoRandom(seed);
  for (let round = 0; round < 40; round++) {
    const folder = makeTempFolder();
    const target = join(folder, 'object.zip');
    const part = await open(target);
    const disk = watchSyncs(part, `${target}.part`, next);
    // Each byte holds the number of discards before its write started.
    let age = 1;
    const oldest = new Uint8Array(1_000).fill(1);
    const running: Promise<unknown>[] = [];
    for (let step = 0; step < 14; step++) {
      disk.watch();
      const start = next() % 900;
      const end = start + 1 + (next() % 100);
      const act = next() % 8;
      if (act < 4) running.push(part.write([Buffer.alloc(end - start, age)], start));
      if (act === 4) running.push(part.note());
      if (act === 5) running.push(part.checkpoint());
      if (act === 6) {
        age += 1;
        oldest.fill(age, start, end);
        running.push(part.forget(start, end));
      }
      if (act === 7) {
        age += 1;
        oldest.fill(age);
        running.push(part.restart());
      }
      if (next() % 3 === 0) await delay(next() % 4);
      if (next() % 6 === 0) await Promise.all(running);
    }
    await Promise.all(running);
    const told = `seed ${seed}, round ${round}`;
    const content = readFileSync(`${target}.part`);
    expectNothingOld(content, part.have.list(), { oldest, told });
    const source = partSource(part, 1_000, new AbortController().signal);
    for (const { start, end } of part.have.list()) {
      expect(await source.crc32?.(start, end), told).toBe(crc32(content.subarray(start, end)));
    }

    const after = join(folder, 'after');
    mkdirSync(after);
    copyFileSync(`${target}.part.json`, join(after, 'object.zip.part.json'));
    const [head = ''] = readFileSync(`${target}.part.json`, 'utf8').split('\n');
    writeFileSync(join(after, 'object.zip.part.json'), JSON.stringify({ ...JSON.parse(head), bootId: 'x' }));
    writeFileSync(join(after, 'object.zip.part'), disk.content());
    const survivor = await open(join(after, 'object.zip'), 1_002);
    expect(survivor.discarded, told).toBeNull();
    expectNothingOld(disk.content(), survivor.have.list(), { oldest, told: `${told}, after a power cut` });
    await survivor.close();
    await part.close();
  }
});

function expectNothingOld(
  content: Buffer,
  ranges: readonly ByteRange[],
  { oldest, told }: { oldest: Uint8Array; told: string },
): void {
  const isOld = (position: number) => (content[position] ?? 0) < (oldest[position] ?? 0);
  const old = ranges.flatMap(({ start, end }) =>
    Array.from({ length: end - start }, (_, index) => start + index).filter(isOld),
  );
  expect(old, told).toEqual([]);
}
