import { randomInt } from 'node:crypto';
import fs, { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { openFileSource } from '../../../src/range/file-source.ts';
import { pseudoRandom, pseudoRandomBytes, sha256 } from '../../support/bytes.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';
import { makeZip } from '../../support/zip-maker.ts';
import { failureOf } from '../failure-of.ts';
import { UNPACKER } from './unpacker.ts';

// Writes continue while the next bytes are read, so a slow disk shows whether
// memory is reused too early. Writes are delayed at random; a test can make one of them fail.
const MIB = 2 ** 20;
const SEED = Number(process.env['SEED'] ?? randomInt(2 ** 32));
const random = pseudoRandom(SEED);
const writeNow = fs.write;
const strayWrites: unknown[] = [];
let writes = 0;
let failsAt = Number.POSITIVE_INFINITY;
function writeLater(...args: unknown[]): void {
  writes += 1;
  const [descriptor] = args;
  const callback = args.at(-1);
  const fails = writes === failsAt && typeof callback === 'function';
  const inode = inodeOf(descriptor);
  const act = (): void => {
    if (inodeOf(descriptor) !== inode) strayWrites.push(descriptor);
    if (fails) callback(Object.assign(new Error('EIO: injected'), { code: 'EIO', syscall: 'write' }));
    else Reflect.apply(writeNow, fs, args);
  };
  setTimeout(act, random() % 10 === 0 ? 100 : random() % 8);
}
function inodeOf(descriptor: unknown): number | null {
  try {
    return typeof descriptor === 'number' ? fs.fstatSync(descriptor).ino : null;
  } catch {
    return null;
  }
}
Object.defineProperties(writeLater, Object.getOwnPropertyDescriptors(fs.write));
Object.defineProperty(fs, 'write', { value: writeLater });
syncBuiltinESMExports();
// Imported only now, because it keeps a promisified form of the call.
const { extractArchive } = await import('../../../src/zip/extract/extract.ts');

afterEach(() => {
  writes = 0;
  strayWrites.length = 0;
  failsAt = Number.POSITIVE_INFINITY;
});

/** Includes, several times, a file that is written while it is read, followed by many that are held in memory. */
const SIZES_MIB = [0.5, 9, 3, 14, 17, ...[1, 2, 3].flatMap(() => [2.1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9])];
const CONTENTS = new Map(
  SIZES_MIB.map((sizeMiB, index) => [
    `${index}.bin`,
    pseudoRandomBytes(Math.floor(sizeMiB * MIB) + index, index),
  ]),
);
const ARCHIVE = makeZip(
  [...CONTENTS].map(([name, content], index) => ({
    name,
    content,
    method: index === 2 || index === 3 ? 8 : 0,
  })),
);

async function fileSource() {
  const path = join(makeTempFolder(), 'archive.zip');
  writeFileSync(path, ARCHIVE);
  const source = await openFileSource(path);
  onTestFinished(() => source.close());
  return source;
}

test(`writes every file correctly, whatever the order in which writes complete (SEED=${SEED})`, async () => {
  const directory = makeTempFolder();
  await extractArchive(await fileSource(), { directory, unpacker: UNPACKER });
  const found = [...CONTENTS.keys()].map((name) => [name, sha256(readFileSync(join(directory, name)))]);
  expect(found).toEqual([...CONTENTS].map(([name, content]) => [name, sha256(content)]));
});

test.each([3, 20, 40])(
  `leaves no partial file and no open file when write %i fails (SEED=${SEED})`,
  async (nth) => {
    const directory = makeTempFolder();
    const source = await fileSource();
    const openBefore = openFiles();
    failsAt = nth;

    const error = await failureOf(extractArchive(source, { directory, unpacker: UNPACKER }));

    expect(error.code).toBe('DISK');
    const wrong = listTree(directory).filter(
      ({ path, sizeBytes }) => CONTENTS.get(path)?.length !== sizeBytes,
    );
    expect(wrong).toEqual([]);
    expect(strayWrites).toEqual([]);
    expect(openFiles()).toEqual(openBefore);
  },
);

/** Open files of this process, on systems that list them. */
function openFiles(): readonly string[] {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd') : [];
}
