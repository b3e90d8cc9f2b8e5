import { writeFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { pseudoRandomBytes } from '../../support/bytes.ts';
import { serveArchive } from '../../support/faults/served-archive.ts';
import type { ServedObject } from '../../support/faults/served-object.ts';
import { aroundHandles } from '../../support/file-handles.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { runCommand } from '../run-command.ts';
import { filesIn, start } from './fetch-scene.ts';

const MIB = 2 ** 20;
const FILM = pseudoRandomBytes(3 * MIB, 1);
const TEXT = Buffer.concat(Array.from({ length: 40 }, (_, seed) => pseudoRandomBytes(20_000, seed)));
const ENTRIES = [
  { name: 'film.mp4', content: FILM },
  { name: 'notes/big.txt', content: TEXT, method: 8 as const },
  ...Array.from({ length: 20 }, (_, index) => ({
    name: `notes/${index}.txt`,
    content: pseudoRandomBytes(50_000, index),
  })),
];
const archive = serveArchive(ENTRIES);
/** An upper limit for reading the directory and its end record, which the program searches from the end. */
const DIRECTORY_BYTES = 150_000;

/** Counts the bytes read through file handles. */
async function countReadBytes(): Promise<() => number> {
  let bytes = 0;
  await aroundHandles('read', async (call, args) => {
    const result = (await call(...args)) as Awaited<ReturnType<FileHandle['read']>>;
    bytes += result.bytesRead;
    return result;
  });
  return () => bytes;
}

async function serve(object: ServedObject, way: 'ranges' | 'no ranges') {
  const api = await start({ files: { one: object } });
  if (way === 'no ranges') {
    api.script('GET /v2/downloads/file/{id}', (_request, reply) =>
      reply.file(object, { withoutRanges: true }),
    );
  }
  return api;
}

describe('fetch -x reads an archive on disk only once', () => {
  test.each([
    ['kept by an earlier run', ['-o', 'a.zip', '--keep-archive'], 'ranges'],
    ['downloaded first', ['-o', 'a.zip', '--keep-archive'], 'ranges'],
    ['of a server without ranges', ['-o', 'a.zip'], 'no ranges'],
  ] as const)('%s', async (what, flags, way) => {
    const place = makePlace();
    const api = await serve(archive, way);
    if (what === 'kept by an earlier run') writeFileSync(join(place.cwd, 'a.zip'), archive.bytes);
    const readBytes = await countReadBytes();
    const run = await runCommand(['fetch', PACKAGE_ID, '-x', ...flags, '--json'], { api, place });
    expect(run.exitCode).toBe(0);
    expect(filesIn(join(place.cwd, 'a'))).toEqual(ENTRIES.map(({ name }) => name).toSorted());
    expect(readBytes()).toBeGreaterThan(0);
    expect(readBytes()).toBeLessThan(archive.bytes.length + DIRECTORY_BYTES);
  });
});

describe('fetch -x of a kept archive', () => {
  const wrong = serveArchive([
    ...ENTRIES,
    { name: 'z.txt', content: 'text', central: { crc: 1 }, local: { crc: 1 } },
  ]);

  test('leaves no files when the last entry is wrong', async () => {
    const place = makePlace();
    const api = await serve(wrong, 'ranges');
    writeFileSync(join(place.cwd, 'a.zip'), wrong.bytes);
    const flags = ['-x', '-o', 'a.zip', '--keep-archive', '--overwrite'];
    const run = await runCommand(['fetch', PACKAGE_ID, ...flags], { api, place });
    expect(run.exitCode).toBe(10);
    expect(filesIn(place.cwd).filter((path) => !/^a\.zip(\.part(\.json)?)?$/.test(path))).toEqual([]);
  });

  test('downloads a damaged archive again', async () => {
    const place = makePlace();
    const api = await serve(archive, 'ranges');
    const damaged = Buffer.from(archive.bytes);
    damaged.writeUInt8(damaged.readUInt8(archive.bytes.length - 100_000) ^ 1, archive.bytes.length - 100_000);
    writeFileSync(join(place.cwd, 'a.zip'), damaged);
    const run = await runCommand(['fetch', PACKAGE_ID, '-x', '-o', 'a.zip', '--json'], { api, place });
    expect(run.exitCode).toBe(0);
    expect(filesIn(join(place.cwd, 'a'))).toEqual(ENTRIES.map(({ name }) => name).toSorted());
  });
});
