import { createHash } from 'node:crypto';
import fs, { readFileSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { untilFree } from '../../../src/disk/busy-file.ts';
import { afterThisTest } from '../../support/after-this-test.ts';
import { pseudoRandomBytes, sha256 } from '../../support/bytes.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';
import { makeZip } from '../../support/zip-maker.ts';
import { failureOf } from '../failure-of.ts';
import { memorySource } from '../memory-source.ts';
import { UNPACKER } from './unpacker.ts';

const BIG = pseudoRandomBytes(3 * 2 ** 20, 11);
const SMALL = 'hello, small one';
const ARCHIVE = makeZip([
  { name: 'small.txt', content: SMALL },
  { name: 'd/big.mp4', content: BIG },
]);

/** The node:fs calls that a test can intercept. */
type Call =
  | 'openSync'
  | 'writeSync'
  | 'write'
  | 'fsync'
  | 'linkSync'
  | 'renameSync'
  | 'unlinkSync'
  | 'rmdirSync'
  | 'mkdirSync';
const interference = new Map<Call, (real: (...args: unknown[]) => unknown, args: unknown[]) => unknown>();
const calls: readonly Call[] = [
  'openSync',
  'writeSync',
  'write',
  'fsync',
  'linkSync',
  'renameSync',
  'unlinkSync',
  'rmdirSync',
  'mkdirSync',
];
for (const call of calls) {
  const real: unknown = Object.getOwnPropertyDescriptor(fs, call)?.value;
  if (typeof real !== 'function') throw new TypeError(`node:fs has no ${call}`);
  const callReal = (...args: unknown[]): unknown => Reflect.apply(real, fs, args);
  const wrapped = (...args: unknown[]): unknown => {
    const interfere = interference.get(call);
    return interfere === undefined ? callReal(...args) : interfere(callReal, args);
  };
  // util.promisify reads properties of the function it wraps.
  Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(real));
  Object.defineProperty(fs, call, { value: wrapped });
}
syncBuiltinESMExports();
// Imported only now, because it keeps promisified forms of some calls.
const { extractArchive } = await import('../../../src/zip/extract/extract.ts');
const { stageExtraction } = await import('../../../src/zip/extract/staged-extraction.ts');
const { verifyArchive } = await import('../../../src/zip/read/verify.ts');
const scene = await import('./large-entry-scene.ts');

afterEach(() => interference.clear());

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code, syscall, errno: -1 });
}

/** Makes the nth call fail with `code`, through the callback if there is one. */
function failAt(call: Call, nth: number, code: string): void {
  let count = 0;
  interference.set(call, (real, args) => {
    count += 1;
    if (count !== nth) return real(...args);
    const callback = args.at(-1);
    if (typeof callback !== 'function') throw systemError(code, call);
    setImmediate(() => callback(systemError(code, call)));
    return true;
  });
}

/** Unpacks an archive during its verification, as a download does. */
async function extractWhileVerifying(...[source, options]: Parameters<typeof extractArchive>) {
  const staged = await stageExtraction(source, options);
  await verifyArchive(source, { receiver: staged });
  return await staged.publish();
}

const WAYS = [
  ['an archive', extractArchive],
  ['an archive that is verified meanwhile', extractWhileVerifying],
] as const;

describe.each(WAYS)('case 82: disk failures while unpacking %s', (_way, extract) => {
  test.each([
    ['writeSync', 1, 'ENOSPC', 'no space left'],
    ['write', 1, 'ENOSPC', 'no space left'],
    ['write', 2, 'EIO', 'input/output error'],
    ['fsync', 1, 'EIO', 'input/output error'],
    ['linkSync', 1, 'EIO', 'input/output error'],
    ['linkSync', 2, 'EROFS', 'read-only'],
    ['mkdirSync', 2, 'EACCES', 'permission denied'],
  ] as const)('%s, call %i: %s', async (call, nth, code, says) => {
    const directory = makeTempFolder();
    failAt(call, nth, code);

    const error = await failureOf(extract(memorySource(ARCHIVE), { directory, unpacker: UNPACKER }));

    expect(error.code).toBe('DISK');
    expect(error.message).toContain(says);
    expect(error.message).toContain(directory);
    // A file under its final name is complete.
    const whole = new Set([`small.txt ${SMALL.length}`, `d/big.mp4 ${BIG.length}`]);
    const files = listTree(directory).filter(({ type }) => type === 'file');
    expect(files.filter(({ path, sizeBytes }) => !whole.has(`${path} ${sizeBytes}`))).toEqual([]);
    expect(files.length).toBeLessThan(2);
    interference.clear();
    const { files: all } = await extract(memorySource(ARCHIVE), { directory, unpacker: UNPACKER });
    expect(all.map(({ path }) => path)).toEqual([join(directory, 'small.txt'), join(directory, 'd/big.mp4')]);
  });
});

test.each(WAYS)(
  'reports a temporary folder that cannot be removed after unpacking %s, and keeps all files',
  async (_way, extract) => {
    const directory = makeTempFolder();
    failAt('rmdirSync', 1, 'EIO');
    const error = await failureOf(extract(memorySource(ARCHIVE), { directory, unpacker: UNPACKER }));
    expect(error).toMatchObject({
      code: 'DISK',
      message: expect.stringContaining('could not remove') as string,
    });
    expect(listTree(directory).filter(({ type }) => type === 'file')).toHaveLength(2);
  },
);

test('rejects a folder that is replaced while it is opened', async () => {
  const directory = makeTempFolder();
  interference.set('openSync', (real, args) => {
    const path = String(args[0]);
    if (path.endsWith('/d')) {
      fs.renameSync(path, join(directory, 'moved'));
      fs.mkdirSync(path);
    }
    return real(...args);
  });
  const error = await failureOf(extractArchive(memorySource(ARCHIVE), { directory, unpacker: UNPACKER }));
  expect(error).toMatchObject({ code: 'UNSAFE', message: expect.stringContaining('/d is a link') as string });
  expect(listTree(directory).map(({ path }) => path)).toEqual(['d', 'moved', 'small.txt']);
});

/** Makes a call on an open file fail once, when the file occupies at least so many bytes on disk. */
async function failLargeFile(
  call: 'writev' | 'sync' | 'truncate',
  code: string,
  leastBytes: number,
): Promise<void> {
  const probe = await open(import.meta.filename);
  const prototype: FileHandle = Object.getPrototypeOf(probe);
  await probe.close();
  const real = prototype[call];
  let hasFailed = false;
  Object.assign(prototype, {
    async [call](this: FileHandle, ...args: unknown[]): Promise<unknown> {
      if (!hasFailed && (await this.stat()).blocks * 512 >= leastBytes) {
        hasFailed = true;
        throw systemError(code, call);
      }
      return await Reflect.apply(real, this, args);
    },
  });
  afterThisTest(async () => void Object.assign(prototype, { [call]: real }));
}

test.each([
  ['writev', 'ENOSPC', 40 * scene.MIB, true],
  ['sync', 'EIO', scene.MIB, false],
  ['truncate', 'EIO', 0, false],
] as const)(
  'case 82: a large entry whose %s fails with %s at %i bytes; resumes most of the part: %s',
  async (call, code, leastBytes, continues) => {
    const directory = makeTempFolder();
    await failLargeFile(call, code, leastBytes);
    const error = await failureOf(scene.unpack((await scene.served(scene.ARCHIVE)).source, directory));
    expect(error.code).toBe('DISK');
    expect(error.message).toContain(directory);

    const { source, sentBytes } = await scene.served(scene.ARCHIVE);
    await scene.unpack(source, directory);
    // Data that the disk did not accept may still look right in the cache.
    expect(sentBytes() < scene.CONTENT.length / 2).toBe(continues);
    expect(readFileSync(join(directory, 'film.mp4')).equals(scene.CONTENT)).toBe(true);
    expect(listTree(directory).map(({ path }) => path)).toEqual(scene.NAMES);
  },
);

test('case 82: reports a background sync failure of a large file', async () => {
  const directory = makeTempFolder();
  const large = makeZip([{ name: 'large.mp4', content: Buffer.alloc(40 * 2 ** 20, 'film') }]);
  let syncs = 0;
  interference.set('fsync', (real, args) => {
    syncs += 1;
    // The system reports a failure only once; all later syncs succeed.
    const callback = args.at(-1);
    if (syncs > 1 || typeof callback !== 'function') return real(...args);
    return setImmediate(() => callback(systemError('EIO', 'fsync')));
  });
  const error = await failureOf(extractArchive(memorySource(large), { directory, unpacker: UNPACKER }));
  expect(error.code).toBe('DISK');
  expect(error.message).toContain('input/output error');
  expect(syncs).toBeGreaterThan(1);
  expect(listTree(directory)).toEqual([]);
});

test.each([
  [scene.MIB, 0],
  [scene.MIB + 1, 1],
])('syncs a file of %i bytes %i times', async (sizeBytes, expected) => {
  let syncs = 0;
  interference.set('fsync', (real, args) => {
    syncs += 1;
    return real(...args);
  });
  const archive = makeZip([{ name: 'film.mp4', content: Buffer.alloc(sizeBytes, 'film') }]);
  await extractArchive(memorySource(archive), { directory: makeTempFolder(), unpacker: UNPACKER });
  expect(syncs).toBe(expected);
});

test('closes a file only after its sync has ended if a write fails', async () => {
  const directory = makeTempFolder();
  const large = makeZip([{ name: 'large.mp4', content: Buffer.alloc(40 * 2 ** 20, 'film') }]);
  const inodeOf = (descriptor: unknown): number | null => {
    try {
      return fs.fstatSync(Number(descriptor)).ino;
    } catch {
      return null;
    }
  };
  const isSame: boolean[] = [];
  interference.set('fsync', (real, args) => {
    const inode = inodeOf(args[0]);
    return setTimeout(() => {
      isSame.push(inodeOf(args[0]) === inode);
      real(...args);
    }, 50);
  });
  // The first sync starts after 16 MiB.
  failAt('write', 20, 'EIO');
  const error = await failureOf(extractArchive(memorySource(large), { directory, unpacker: UNPACKER }));
  expect(error.code).toBe('DISK');
  expect(isSame).toEqual([true]);
  expect(listTree(directory)).toEqual([]);
});

test('case 83: continues after short writes', async () => {
  const directory = makeTempFolder();
  interference.set('writeSync', (real, [descriptor, bytes, offset]) => real(descriptor, bytes, offset, 1));
  interference.set('write', (real, args) => {
    const [descriptor, bytes, offset] = args;
    // The request was longer than 64 KiB, otherwise it would have been writeSync.
    return real(descriptor, bytes, offset, 60_001, null, args.at(-1));
  });

  await extractArchive(memorySource(ARCHIVE), { directory, unpacker: UNPACKER });

  expect(readFileSync(join(directory, 'small.txt'), 'utf8')).toBe(SMALL);
  expect(sha256(readFileSync(join(directory, 'd/big.mp4')))).toBe(sha256(BIG));
});

test('fails with DISK if a write of zero bytes reports no error', async () => {
  const directory = makeTempFolder();
  let isFull = false;
  interference.set('writeSync', () => {
    isFull = true;
    return 0;
  });
  const error = await failureOf(extractArchive(memorySource(ARCHIVE), { directory, unpacker: UNPACKER }));
  expect(isFull).toBe(true);
  expect(error.code).toBe('DISK');
  expect(listTree(directory).filter(({ path }) => path === 'small.txt')).toEqual([]);
});

describe('without hard links (as on FAT)', () => {
  test.each(['EPERM', 'ENOTSUP', 'ENOSYS', 'EISDIR', 'EXDEV'])(
    'renames the files instead (%s)',
    async (code) => {
      const directory = makeTempFolder();
      interference.set('linkSync', () => {
        throw systemError(code, 'link');
      });
      await extractArchive(memorySource(ARCHIVE), { directory, unpacker: UNPACKER });
      expect(listTree(directory).map(({ path }) => path)).toEqual(['d', 'd/big.mp4', 'small.txt']);
    },
  );

  test('case 85: keeps a file that appeared in the meantime', async () => {
    const directory = makeTempFolder();
    interference.set('linkSync', (_, args) => {
      writeFileSync(String(args[1]), 'quicker');
      throw systemError('EPERM', 'link');
    });
    const error = await failureOf(extractArchive(memorySource(ARCHIVE), { directory, unpacker: UNPACKER }));
    expect(error.code).toBe('EXISTS');
    expect(readFileSync(join(directory, 'small.txt'), 'utf8')).toBe('quicker');
  });
});

test.each(['EPERM', 'EACCES'])(
  'uses an existing target folder even if mkdir fails for it (%s)',
  async (code) => {
    const directory = makeTempFolder();
    interference.set('mkdirSync', (real, args) => {
      if (args[0] === directory) throw systemError(code, 'mkdir');
      return real(...args);
    });
    await extractArchive(memorySource(ARCHIVE), { directory, unpacker: UNPACKER });
    expect(listTree(directory).map(({ path }) => path)).toEqual(['d', 'd/big.mp4', 'small.txt']);
  },
);

test('reports a target folder that cannot be created', async () => {
  const directory = join(makeTempFolder(), 'missing');
  failAt('mkdirSync', 1, 'EPERM');
  const error = await failureOf(extractArchive(memorySource(ARCHIVE), { directory, unpacker: UNPACKER }));
  expect(error).toMatchObject({ code: 'DISK', message: expect.stringContaining('make the folder') });
});

test('case 82: reports leftovers of a killed run that cannot be taken over', async () => {
  const directory = makeTempFolder();
  const host = createHash('sha256').update(UNPACKER.hostname).digest('hex').slice(0, 8);
  const left = join(directory, `.streamdiver-dl-${host}-1-0123456789ab`);
  fs.mkdirSync(left);
  writeFileSync(join(left, `${'0'.repeat(32)}.part`), 'half');
  failAt('renameSync', 1, 'EIO');
  const error = await failureOf(extractArchive(memorySource(ARCHIVE), { directory, unpacker: UNPACKER }));
  expect(error).toMatchObject({
    code: 'DISK',
    message: expect.stringContaining('remove what an earlier run left in') as string,
  });
  expect(fs.readdirSync(directory)).toEqual([basename(left)]);
});

test.each(['EBUSY', 'EACCES'])('keeps leftovers of a killed run that are in use (%s)', async (code) => {
  const directory = makeTempFolder();
  const host = createHash('sha256').update(UNPACKER.hostname).digest('hex').slice(0, 8);
  const left = `.streamdiver-dl-${host}-1-0123456789ab`;
  fs.mkdirSync(join(directory, left));
  writeFileSync(join(directory, left, `${'0'.repeat(32)}.part`), 'half');
  failAt('renameSync', 1, code);
  await extractArchive(memorySource(ARCHIVE), { directory, unpacker: UNPACKER });
  expect(fs.existsSync(join(directory, 'small.txt'))).toBe(true);
  expect(fs.existsSync(join(directory, left))).toBe(true);
});

test.each(['linkSync', 'renameSync', 'unlinkSync'] as const)(
  'retries on Windows if a virus scanner has the file open (%s)',
  async (call) => {
    const directory = makeTempFolder();
    if (call === 'renameSync') writeFileSync(join(directory, 'small.txt'), 'an older one');
    failAt(call, 1, 'EBUSY');
    const attempt = untilFree({ platform: 'win32', clock: createFastClock({ speed: 1, skipsSleeps: true }) });
    const ifExists = call === 'renameSync' ? 'overwrite' : 'refuse';
    await extractArchive(memorySource(ARCHIVE), { directory, unpacker: UNPACKER, attempt, ifExists });
    expect(listTree(directory).map(({ path }) => path)).toEqual(['d', 'd/big.mp4', 'small.txt']);
    expect(readFileSync(join(directory, 'small.txt'), 'utf8')).toBe(SMALL);
  },
);

test('writes at most 32 files at a time, however slow the disk', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `${index}.bin`);
  const content = pseudoRandomBytes(300_000, 7);
  const archive = makeZip(names.map((name) => ({ name, content })));
  const waiting: (() => void)[] = [];
  interference.set('write', (real, args) => waiting.push(() => real(...args)));
  const unpacking = extractArchive(memorySource(archive), {
    unpacker: UNPACKER,
    directory: makeTempFolder(),
  });
  while (waiting.length < 32) await delay(10);
  await delay(200);
  expect(waiting).toHaveLength(32);
  interference.clear();
  for (const go of waiting) go();
  expect((await unpacking).files).toHaveLength(40);
});
