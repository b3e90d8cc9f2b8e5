import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { RangeSource } from '../../../src/range/range-source.ts';
import { extractArchive } from '../../../src/zip/extract/extract.ts';
import { pseudoRandomBytes, sha256 } from '../../support/bytes.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';
import { type EntrySpec, makeZip } from '../../support/zip-maker.ts';
import { failureOf } from '../failure-of.ts';
import { memorySource } from '../memory-source.ts';
import { UNPACKER } from './unpacker.ts';

const BIG = pseudoRandomBytes(5 * 2 ** 20, 7);
const ENTRIES: readonly EntrySpec[] = [
  { name: 'small.txt', content: 'hello' },
  { name: 'empty', content: '' },
  { name: 'films/', content: '' },
  { name: 'films/big.mp4', content: BIG },
  { name: 'films/deflated.mp4', content: BIG, method: 8 },
  { name: 'a/b/c/deep.srt', content: 'deep', method: 8, descriptor: 'signed32' },
];
const archive = (entries: readonly EntrySpec[] = ENTRIES) => memorySource(makeZip(entries));

function pathsOf(folder: string): readonly string[] {
  return listTree(folder).map(({ path }) => path);
}

/** A source that calls `act` once, when byte `at` is read. */
function interfering(source: RangeSource, at: number, act: () => void): RangeSource {
  let isDone = false;
  return {
    sizeBytes: source.sizeBytes,
    read: async (start, end) => {
      const isInDirectory = end === source.sizeBytes;
      if (!isDone && !isInDirectory && start <= at && at < end) {
        isDone = true;
        act();
      }
      return source.read(start, end);
    },
  };
}

describe('extractArchive', () => {
  test('writes every file and reports paths and progress', async () => {
    const directory = join(makeTempFolder(), 'made', 'for it');
    const progress: [number, number][] = [];

    const result = await extractArchive(archive(), {
      unpacker: UNPACKER,
      directory,
      onProgress: ({ bytes, totalBytes }) => progress.push([bytes, totalBytes]),
    });

    const files = ENTRIES.filter(({ name }) => name !== 'films/');
    expect(result.directory).toBe(directory);
    expect(result.files).toEqual(
      files.map(({ name, content }) => ({
        path: join(directory, String(name)),
        sizeBytes: Buffer.from(content ?? '').length,
        crc32: crc32(Buffer.from(content ?? '')),
        outcome: 'extracted',
      })),
    );
    expect(pathsOf(directory)).toEqual([
      'a',
      'a/b',
      'a/b/c',
      'a/b/c/deep.srt',
      'empty',
      'films',
      'films/big.mp4',
      'films/deflated.mp4',
      'small.txt',
    ]);
    for (const { name, content } of files) {
      const bytes = readFileSync(join(directory, String(name)));
      expect(sha256(bytes)).toBe(sha256(Buffer.from(content ?? '')));
    }
    const totalBytes = 2 * BIG.length + 'hello'.length + 'deep'.length;
    expect(progress.at(-1)).toEqual([totalBytes, totalBytes]);
  });

  test('case 91: takes modes from the umask, never from the archive', async () => {
    const directory = makeTempFolder();
    const modes = [0o100000, 0o104755, 0o106777, 0o101777, 0o100777, 0o000777];
    const entries = modes.map((mode) => ({ name: mode.toString(8), mode }));
    const umask = process.umask(0o027);
    try {
      await extractArchive(archive([...entries, { name: 'd/', mode: 0o047777 }]), {
        unpacker: UNPACKER,
        directory,
      });
    } finally {
      process.umask(umask);
    }
    const seen = new Set(listTree(directory).map(({ type, mode }) => `${type} ${mode.toString(8)}`));
    expect(seen).toEqual(new Set(['file 640', 'folder 750']));
  });

  test('case 110: skips files that already have the right bytes on a second run', async () => {
    const directory = makeTempFolder();
    await extractArchive(archive(), { unpacker: UNPACKER, directory });
    const before = lstatSync(join(directory, 'films/big.mp4'));
    writeFileSync(join(directory, 'foreign'), 'stays');
    renameSync(join(directory, 'small.txt'), join(directory, 'elsewhere'));
    const source = archive();

    const { files } = await extractArchive(source, { unpacker: UNPACKER, directory });

    expect(files.map(({ outcome }) => outcome)).toEqual([
      'extracted',
      'skipped',
      'skipped',
      'skipped',
      'skipped',
    ]);
    expect(lstatSync(join(directory, 'films/big.mp4')).ino).toBe(before.ino);
    expect(readFileSync(join(directory, 'foreign'), 'utf8')).toBe('stays');
    // The end and the missing entry, not the other 10 MiB.
    const readBytes = source.reads.slice(1).reduce((sum, [start, end]) => sum + end - start, 0);
    expect(readBytes).toBeLessThan(1000);
  });
});

describe('conflicts with existing files', () => {
  test('case 84: lists the conflicting files and writes nothing', async () => {
    const directory = makeTempFolder();
    writeFileSync(join(directory, 'empty'), 'not empty');
    writeFileSync(join(directory, 'small.txt'), 'hullo');

    const error = await failureOf(extractArchive(archive(), { unpacker: UNPACKER, directory }));

    expect(error.code).toBe('EXISTS');
    expect(error.message).toContain(join(directory, 'small.txt'));
    expect(error.message).toContain(join(directory, 'empty'));
    expect(readFileSync(join(directory, 'small.txt'), 'utf8')).toBe('hullo');
    expect(pathsOf(directory)).toEqual(['empty', 'small.txt']);
  });

  test('case 84: overwrite replaces files and links, but not the targets of links', async () => {
    const folder = makeTempFolder();
    const directory = join(folder, 'target');
    mkdirSync(directory);
    writeFileSync(join(folder, 'outside'), 'precious');
    linkSync(join(folder, 'outside'), join(directory, 'empty'));
    symlinkSync(join(folder, 'outside'), join(directory, 'small.txt'));

    await extractArchive(archive(), { unpacker: UNPACKER, directory, ifExists: 'overwrite' });

    expect(readFileSync(join(folder, 'outside'), 'utf8')).toBe('precious');
    expect(lstatSync(join(directory, 'small.txt')).isFile()).toBe(true);
    expect(readFileSync(join(directory, 'small.txt'), 'utf8')).toBe('hello');
    expect(readFileSync(join(directory, 'empty'), 'utf8')).toBe('');
  });

  test.each(['refuse', 'overwrite', 'skip'] as const)(
    'fails with EXISTS if a folder is in place of a file (%s)',
    async (ifExists) => {
      const directory = makeTempFolder();
      mkdirSync(join(directory, 'small.txt'));
      const error = await failureOf(extractArchive(archive(), { unpacker: UNPACKER, directory, ifExists }));
      expect(error.code).toBe('EXISTS');
      expect(error.message).toBe(
        `not replaced, because it is a folder or a special file: ${join(directory, 'small.txt')}`,
      );
      // Neither --overwrite nor --skip-existing would help.
      expect(error.details.hint).toBe('move it away, or unpack into another folder');
      expect(pathsOf(directory)).toEqual(['small.txt']);
    },
  );

  test('fails with EXISTS if a file is in place of a folder', async () => {
    const directory = makeTempFolder();
    writeFileSync(join(directory, 'a'), '');
    const error = await failureOf(
      extractArchive(archive(), { unpacker: UNPACKER, directory, ifExists: 'overwrite' }),
    );
    expect(error.code).toBe('EXISTS');
    expect(pathsOf(directory)).toEqual(['a']);
  });

  test('case 85: keeps a file that appears while its entry is written', async () => {
    const directory = makeTempFolder();
    const path = join(directory, 'films/big.mp4');
    const source = interfering(archive(), 4 * 2 ** 20, () => writeFileSync(path, 'quicker'));

    const error = await failureOf(extractArchive(source, { unpacker: UNPACKER, directory }));

    expect(error.code).toBe('EXISTS');
    expect(error.message).toContain(path);
    expect(readFileSync(path, 'utf8')).toBe('quicker');
    expect(pathsOf(directory).filter((name) => name.includes('.streamdiver'))).toEqual([]);
  });
});

describe('case 96: links in the target folder', () => {
  test.each(['films', 'a', 'a/b'])('does not follow %s', async (planted) => {
    const folder = makeTempFolder();
    const directory = join(folder, 'target');
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    mkdirSync(join(directory, planted, '..'), { recursive: true });
    symlinkSync(outside, join(directory, planted));

    const error = await failureOf(
      extractArchive(archive(), { unpacker: UNPACKER, directory, ifExists: 'overwrite' }),
    );

    expect(error.code).toBe('UNSAFE');
    expect(error.message).toContain(join(directory, planted));
    expect(readdirSync(outside)).toEqual([]);
  });

  test('does not accept a link to an identical file as the extracted entry', async () => {
    const folder = makeTempFolder();
    const directory = join(folder, 'target');
    mkdirSync(directory);
    writeFileSync(join(folder, 'outside'), 'hello');
    symlinkSync(join(folder, 'outside'), join(directory, 'small.txt'));
    expect((await failureOf(extractArchive(archive(), { unpacker: UNPACKER, directory }))).code).toBe(
      'EXISTS',
    );
  });

  test('writes nothing outside if a folder is swapped for a link during a write', async () => {
    const folder = makeTempFolder();
    const directory = join(folder, 'target');
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    const source = interfering(archive(), 4 * 2 ** 20, () => {
      renameSync(join(directory, 'films'), join(folder, 'moved'));
      symlinkSync(outside, join(directory, 'films'));
    });

    const error = await failureOf(extractArchive(source, { unpacker: UNPACKER, directory }));

    expect(error.code).toBe('UNSAFE');
    expect(readdirSync(outside)).toEqual([]);
  });

  test('accepts a link to the target folder itself, since the user named it', async () => {
    const folder = makeTempFolder();
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    const { directory } = await extractArchive(archive(), {
      unpacker: UNPACKER,
      directory: join(folder, 'link'),
    });
    expect(directory).toBe(join(folder, 'real'));
    expect(existsSync(join(folder, 'real/small.txt'))).toBe(true);
  });
});

test('writes stored entries correctly although their read buffers are reused', async () => {
  const directory = makeTempFolder();
  const contents = Array.from({ length: 24 }, (_, index) => pseudoRandomBytes(900_000, index));
  const bytes = makeZip(contents.map((content, index) => ({ name: `${index}`, content })));
  // Faster than any disk, so that reads run as far ahead of writes as possible.
  const source: RangeSource = {
    ...memorySource(bytes),
    readInto: async (target, start) => void bytes.copy(target, 0, start),
  };
  await extractArchive(source, { unpacker: UNPACKER, directory });
  for (const [index, content] of contents.entries())
    expect(readFileSync(join(directory, `${index}`)).equals(content)).toBe(true);
});

describe('interruptions and failures', () => {
  test('case 110: leaves no partial entry on abort, and a second run completes', async () => {
    const directory = makeTempFolder();
    const controller = new AbortController();
    const reason = new Error('Ctrl-C');
    const extraction = extractArchive(archive(), {
      unpacker: UNPACKER,
      directory,
      signal: controller.signal,
      onProgress: ({ bytes }) => {
        if (bytes > 2 ** 20) controller.abort(reason);
      },
    });

    await expect(extraction).rejects.toBe(reason);

    expect(pathsOf(directory)).toEqual(['empty', 'films', 'small.txt']);
    expect(readFileSync(join(directory, 'small.txt'), 'utf8')).toBe('hello');
    const { files } = await extractArchive(archive(), { unpacker: UNPACKER, directory });
    expect(files.map(({ outcome }) => outcome)).toEqual([
      'skipped',
      'skipped',
      'extracted',
      'extracted',
      'extracted',
    ]);
    expect(sha256(readFileSync(join(directory, 'films/big.mp4')))).toBe(sha256(BIG));
  });

  test('does not create the folder if already aborted', async () => {
    const directory = join(makeTempFolder(), 'target');
    const signal = AbortSignal.abort(new Error('Ctrl-C'));
    await expect(extractArchive(archive(), { unpacker: UNPACKER, directory, signal })).rejects.toBe(
      signal.reason,
    );
    expect(existsSync(directory)).toBe(false);
  });

  test.each([
    ['stored', { name: 'bad', content: BIG, data: Buffer.concat([BIG.subarray(1), Buffer.of(0)]) }],
    ['deflated', { name: 'bad', content: BIG, method: 8, local: { crc: 1 }, central: { crc: 1 } }],
    ['small', { name: 'bad', content: 'x', data: Buffer.from('y') }],
  ])('case 99: removes an entry with the wrong CRC (%s)', async (_, bad) => {
    const directory = makeTempFolder();
    const error = await failureOf(
      extractArchive(archive([{ name: 'good', content: 'x' }, bad]), { unpacker: UNPACKER, directory }),
    );
    expect(error.code).toBe('INTEGRITY');
    expect(error.message).toContain('"bad"');
    expect(pathsOf(directory)).toEqual(['good']);
  });

  test('fails with EXISTS if the target is below a file', async () => {
    const folder = makeTempFolder();
    writeFileSync(join(folder, 'file'), '');
    const error = await failureOf(
      extractArchive(archive(), { unpacker: UNPACKER, directory: join(folder, 'file/target') }),
    );
    expect(error.code).toBe('EXISTS');
    expect(error.message).toContain(`${join(folder, 'file')} is in the way`);
  });
});
