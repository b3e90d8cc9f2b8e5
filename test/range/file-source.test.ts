import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileSourceOf, openFileSource } from '../../src/range/file-source.ts';
import { pseudoRandomBytes } from '../support/bytes.ts';
import { closeSlowly } from '../support/slow-close.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const BYTES = pseudoRandomBytes(200_000, 3);

function makeFile(): string {
  const path = join(makeTempFolder(), 'file');
  writeFileSync(path, BYTES);
  return path;
}

test('reads exactly the requested bytes, including at the edges', async () => {
  const source = await openFileSource(makeFile());
  expect(source.sizeBytes).toBe(BYTES.length);
  for (const [start, end] of [
    [0, BYTES.length],
    [0, 0],
    [BYTES.length, BYTES.length],
    [1, 2],
    [199_999, 200_000],
  ] as const) {
    expect((await source.read(start, end)).equals(BYTES.subarray(start, end))).toBe(true);
  }
  await source.close();
});

test('case 83: continues after short reads', async () => {
  const handle = await open(makeFile());
  const read = handle.read.bind(handle);
  const stingy = Object.assign(handle, {
    read: (buffer: Buffer, offset: number, length: number, position: number) =>
      read(buffer, offset, Math.min(length, 999), position),
  });
  const source = await fileSourceOf(stingy, 'file');
  expect((await source.read(10, 150_000)).equals(BYTES.subarray(10, 150_000))).toBe(true);
  await handle.close();
});

test('fails with INTEGRITY if the file was truncated', async () => {
  const path = makeFile();
  const source = await openFileSource(path);
  truncateSync(path, 100);
  await expect(source.read(50, 200)).rejects.toMatchObject({ code: 'INTEGRITY' });
  await source.close();
});

test('case 82: fails with DISK and names a missing file', async () => {
  const path = makeFile();
  const source = await openFileSource(path);
  await source.close();
  await expect(source.read(0, 1)).rejects.toMatchObject({ code: 'DISK' });
  const missing = `${path}-missing`;
  await expect(openFileSource(missing)).rejects.toMatchObject({ code: 'DISK' });
  await expect(openFileSource(missing)).rejects.toThrow(missing);
});

test('rejects a link, a folder, and a FIFO without blocking', async () => {
  const folder = makeTempFolder();
  writeFileSync(join(folder, 'file'), BYTES);
  symlinkSync(join(folder, 'file'), join(folder, 'link'));
  mkdirSync(join(folder, 'folder'));
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  for (const name of ['link', 'folder', 'fifo']) {
    await expect(openFileSource(join(folder, name))).rejects.toMatchObject({ code: 'DISK' });
  }
});

test('closes a rejected file before it reports the error', async () => {
  const folder = makeTempFolder();
  const openFiles = closeSlowly();
  await expect(openFileSource(folder)).rejects.toMatchObject({ code: 'DISK' });
  expect(openFiles()).toBe(0);
});

test('throws a RangeError for an invalid range', async () => {
  const source = await openFileSource(makeFile());
  for (const [start, end] of [
    [-1, 1],
    [2, 1],
    [0.5, 1],
    [0, Number.NaN],
  ] as const) {
    await expect(source.read(start, end)).rejects.toThrow(RangeError);
  }
  await source.close();
});
