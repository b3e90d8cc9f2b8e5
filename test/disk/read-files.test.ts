import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readJsonOrNothing } from '../../src/disk/read-json-or-nothing.ts';
import { readNamedFile, UnusableFileError } from '../../src/disk/read-named-file.ts';
import { readSignature } from '../../src/disk/read-signature.ts';
import { NotOurFileError, readSmallFile, readSmallFileSync } from '../../src/disk/read-small-file.ts';
import { syncFile, syncFolder } from '../../src/disk/sync-folder.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { recordPauses } from '../support/pause-recorder.ts';
import { replaceDiskCall, replaceFileCall, systemError } from '../support/replace-disk-call.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const MIB = 1_048_576;
const { signal } = new AbortController();

/** Creates a file, and returns its path. */
function fileOf(content: string | Uint8Array = '', sizeBytes?: number): string {
  const file = join(makeTempFolder(), 'file');
  writeFileSync(file, content);
  if (sizeBytes !== undefined) truncateSync(file, sizeBytes);
  return file;
}

function makePipe(): string {
  const pipe = join(makeTempFolder(), 'pipe');
  spawnSync('mkfifo', [pipe]);
  return pipe;
}

const read = (path: string, options = {}) =>
  readNamedFile(path, { clock: createFastClock({ speed: 20 }), signal, ...options });

describe('a file named by the user', () => {
  test('is read to its end, also through a link', async () => {
    const content = Buffer.alloc(200_000, 'abc');
    const file = fileOf(content);
    expect((await read(file)).equals(content)).toBe(true);
    symlinkSync(file, `${file}-link`);
    expect((await read(`${file}-link`)).equals(content)).toBe(true);
    expect((await read(fileOf())).length).toBe(0);
  });

  test.each([
    ['a folder', () => makeTempFolder(), 'it is a folder'],
    ['missing', () => join(makeTempFolder(), 'missing'), 'no such file or folder'],
    ['larger than 16 MiB', () => fileOf('', 16 * MIB + 1), 'it is larger than 16 MiB'],
    ['endless', () => '/dev/zero', 'it is larger than 16 MiB'],
  ])('is rejected if it is %s', async (_name, make, message) => {
    await expect(read(make())).rejects.toMatchObject({ name: 'UnusableFileError', message });
  });

  test('can have 16 MiB', async () => {
    const { length } = await read(fileOf('', 16 * MIB));
    expect(length).toBe(16 * MIB);
  });

  test('is rejected for its size before it is read', async () => {
    const file = fileOf('', 16 * MIB + 1);
    await replaceFileCall('read', () => expect.unreachable());
    await expect(read(file)).rejects.toThrow('larger than 16 MiB');
  });

  test('reports the reason of the system if reading fails', async () => {
    await replaceFileCall('read', () => Promise.reject(systemError('EIO')));
    const failure = read(fileOf('abc'));
    await expect(failure).rejects.toBeInstanceOf(UnusableFileError);
    await expect(failure).rejects.toMatchObject({
      message: 'input/output error',
      cause: { code: 'EIO' },
    });
  });

  test('rethrows a bug', async () => {
    await replaceFileCall('read', () => Promise.reject(new TypeError('broken')));
    await expect(read(fileOf('abc'))).rejects.toThrow(TypeError);
  });

  test('is not read after an abort', async () => {
    const reason = new Error('stopped');
    await expect(read(fileOf('abc'), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe.skipIf(process.platform === 'win32')('a pipe named by the user', () => {
  test('is read until its writer closes it, even if the parts arrive late', async () => {
    const pipe = makePipe();
    const result = read(pipe, { clock: createFastClock({ speed: 1 }) });
    await new Promise((resolve) => setTimeout(resolve, 60));
    const writer = await open(pipe, 'w');
    await writer.write('one ');
    await new Promise((resolve) => setTimeout(resolve, 60));
    await writer.write('two');
    await writer.close();
    expect((await result).toString()).toBe('one two');
  });

  test('is rejected after five seconds without a writer', async () => {
    const { clock, pausesMs } = recordPauses();
    await expect(read(makePipe(), { clock })).rejects.toThrow('nothing is written into this pipe');
    expect([new Set(pausesMs), pausesMs.length]).toEqual([new Set([20]), 250]);
  });

  test('rejects immediately on an abort', async () => {
    const ending = new AbortController();
    const result = read(makePipe(), { signal: ending.signal });
    const reason = new Error('stopped');
    ending.abort(reason);
    await expect(result).rejects.toBe(reason);
  });
});

const SMALL = [
  [
    'readSmallFile',
    async (path: string, limitBytes: number) => (await readSmallFile(path, limitBytes)).bytes,
  ],
  ['readSmallFileSync', async (path: string, limitBytes: number) => readSmallFileSync(path, limitBytes)],
] as const;

describe.each(SMALL)('%s', (_name, readSmall) => {
  test('reads a regular file up to the size limit', async () => {
    expect((await readSmall(fileOf('abc'), 3)).toString()).toBe('abc');
    expect((await readSmall(fileOf(''), 0)).length).toBe(0);
    const file = fileOf('abcd');
    await expect(readSmall(file, 3)).rejects.toThrow(new NotOurFileError(`${file} is larger than 3 bytes`));
  });

  test('rejects a folder, a link, and a pipe', async () => {
    const file = fileOf('abc');
    symlinkSync(file, `${file}-link`);
    mkdirSync(`${file}-folder`);
    spawnSync('mkfifo', [`${file}-pipe`]);
    for (const ending of ['-link', '-folder', '-pipe']) {
      const path = file + ending;
      await expect(readSmall(path, 3)).rejects.toThrow(new NotOurFileError(`${path} is not a regular file`));
    }
  });

  test('rethrows ENOENT for a missing file', async () => {
    await expect(readSmall(join(makeTempFolder(), 'missing'), 3)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

test('returns only the bytes read if a file is truncated meanwhile', async () => {
  const file = fileOf('abcdef');
  await replaceFileCall('stat', async (_file, real) => {
    const status = await real();
    truncateSync(file, 2);
    return status;
  });
  expect((await readSmallFile(file, 10)).bytes.toString()).toBe('ab');
});

test.each<[string, object]>([
  ['{"a":1}', { a: 1 }],
  ['[1]', {}],
  ['"text"', {}],
  ['{"a":', {}],
  [`{"a":"${'x'.repeat(100)}"}`, {}],
])('reads a cache of %j as %j', (content, value) => {
  expect(readJsonOrNothing(fileOf(content), 50)).toEqual(value);
});

test('reads a missing cache or a folder as empty', () => {
  expect(readJsonOrNothing(join(makeTempFolder(), 'missing'), 50)).toEqual({});
  expect(readJsonOrNothing(makeTempFolder(), 50)).toEqual({});
  expect(() => readJsonOrNothing(Symbol('no path') as never, 50)).toThrow(TypeError);
});

const RECORD = { pid: 1, startedAt: 'then', hostname: 'here' };

test.each([
  [JSON.stringify(RECORD), { holder: RECORD, isEmpty: false }],
  ['', { holder: null, isEmpty: true }],
  [' ', { holder: null, isEmpty: false }],
  ['{"pid":"1"}', { holder: null, isEmpty: false }],
])('reads the record in %j', async (content, signature) => {
  expect(await readSignature(fileOf(content))).toEqual({ ...signature, modifiedMs: expect.any(Number) });
});

test('reads a record of up to 64 KiB', async () => {
  const padded = JSON.stringify(RECORD).padEnd(65_536);
  expect(await readSignature(fileOf(padded))).toMatchObject({ holder: RECORD });
  await expect(readSignature(fileOf(`${padded} `))).rejects.toThrow(NotOurFileError);
});

test('rethrows other errors of open', async () => {
  replaceDiskCall('promises.open', () => Promise.reject(systemError('EIO')));
  await expect(readSmallFile('/data/a', 3)).rejects.toMatchObject({ code: 'EIO' });
});

test('closes files before the promise resolves', async () => {
  const file = fileOf('abc');
  let openCount = 0;
  replaceDiskCall('promises.open', async (real, args) => {
    const handle = (await real(...args)) as FileHandle;
    const close = handle.close.bind(handle);
    openCount += 1;
    handle.close = async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      await close();
      openCount -= 1;
    };
    return handle;
  });
  for (const use of [
    () => readSmallFile(file, 3),
    () => read(file),
    () => syncFile(file),
    () => syncFolder(dirname(file)),
  ]) {
    await use();
    expect(openCount).toBe(0);
  }
});
