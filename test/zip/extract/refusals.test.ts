import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  lstatOrNull,
  makeFolder,
  openExistingFolder,
  openFolder,
} from '../../../src/target-folder/folder.ts';
import { isMatchingFile } from '../../../src/target-folder/matching-file.ts';
import { type ExtractionLimits, planExtraction } from '../../../src/zip/extract/extraction-plan.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import type { ArchiveEntry } from '../../../src/zip/read/entry.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';
import { makeZip } from '../../support/zip-maker.ts';
import { failureOf } from '../failure-of.ts';
import { memorySource } from '../memory-source.ts';

const MIB = 2 ** 20;
const KEEP = 'the archive itself is complete: without -x it is kept unchanged';
const SIZE = `${KEEP}; if this size is expected, allow it with --max-size`;

const [BASE] = (await readDirectory(memorySource(makeZip([{ name: 'base', content: 'x' }])))).entries;

function entryOf(path: string, changed: Partial<ArchiveEntry> = {}): ArchiveEntry {
  if (BASE === undefined) throw new Error('no entry');
  return { ...BASE, path, name: path, rawName: path, ...changed };
}
const plan = async (entries: readonly ArchiveEntry[], limits: ExtractionLimits = {}) =>
  await planExtraction(entries, limits);

describe('a rejected entry', () => {
  test.each<[Partial<ArchiveEntry>, string]>([
    [{ kind: 'link' }, 'is a link'],
    [{ kind: 'special' }, 'is neither a file nor a folder'],
    [{ kind: 'directory', sizeBytes: 1 }, 'is a folder with content'],
    [{ isEncrypted: true }, 'is encrypted, which is not supported'],
    [{ flags: 1 << 5 }, 'is a patch, not a file, which is not supported'],
    [{ methodNumber: 12, method: 'bzip2' }, 'is compressed as bzip2, which is not supported'],
    [{ nameReading: 'invalid', flags: 0 }, 'is not valid in the encoding of --encoding'],
    [{ nameReading: 'invalid', flags: 1 << 11 }, 'is not valid UTF-8'],
    [{ sizeBytes: MIB + 1, compressedBytes: 1 }, 'unpacks to more than 200 times its packed size'],
  ])('%j', async (changed, reason) => {
    const bad = entryOf('bad', changed);
    const error = await failureOf(plan([entryOf('good'), bad]));
    const isBomb = reason.startsWith('unpacks');
    expect(error).toMatchObject({
      code: 'UNSAFE',
      message: `the archive is refused: "bad" ${reason}; nothing was unpacked`,
      details: { hint: isBomb ? SIZE : `${KEEP}; --skip-unsafe unpacks the rest of it` },
    });
    const rest = await plan([entryOf('good'), bad], { skipsUnsafe: true });
    expect(rest.files.map(({ components }) => components)).toEqual([['good']]);
    expect(rest.skippedEntries).toEqual([{ path: 'bad', reason }]);
    expect((await plan([bad], { isWanted: (path) => path !== 'bad' })).files).toEqual([]);
  });

  test('is shown with escaped characters', async () => {
    const error = await failureOf(plan([entryOf('../\u202ex'), entryOf('../y')]));
    expect(error.message).toContain(
      '"../\\u{202e}x" contains control or invisible characters, "../y" leads out',
    );
    expect(error.details.hint).toBe(KEEP);
  });

  test.each([
    [10, 'leads out of the folder (..); nothing was unpacked'],
    [11, 'leads out of the folder (..) and 1 more; nothing was unpacked'],
  ])('is listed among the first ten of %i', async (count, end) => {
    const entries = Array.from({ length: count }, (_, index) => entryOf(`../${index}`));
    const { message } = await failureOf(plan(entries));
    expect(message.endsWith(`"../9" ${end}`)).toBe(true);
  });

  test('is reported once for all when every entry has the same reason', async () => {
    const encrypted = ['a', 'b'].map((path) => entryOf(path, { isEncrypted: true }));
    const all = await failureOf(plan(encrypted));
    expect(all).toMatchObject({
      message:
        'the archive is refused: all 2 entries are encrypted, which is not supported; nothing was unpacked',
      details: { hint: KEEP },
    });
    const one = await failureOf(plan(encrypted.slice(1)));
    expect(one.message).toContain('refused: "b" is encrypted, which is not supported;');
    const links = await failureOf(plan(['a', 'b'].map((path) => entryOf(path, { kind: 'link' }))));
    expect(links.message).toContain('refused: "a" is a link, "b" is a link;');
  });

  test('gives both hints when another entry exceeds the size limit', async () => {
    const bomb = entryOf('bomb', { sizeBytes: MIB + 1, compressedBytes: 1 });
    const error = await failureOf(plan([entryOf('good'), bomb, entryOf('../x')]));
    expect(error.details.hint).toBe(
      `${KEEP}; --skip-unsafe unpacks the rest of it; --max-size allows a larger size`,
    );
  });

  test('is skipped along with its twin, since either could be meant', async () => {
    const { files, skippedEntries } = await plan([entryOf('a'), entryOf('A'), entryOf('b')], {
      skipsUnsafe: true,
    });
    expect(files.map(({ entry }) => entry.path)).toEqual(['b']);
    expect(skippedEntries).toEqual([
      { path: 'A', reason: 'is the same name as "a" elsewhere' },
      { path: 'a', reason: 'has the same name as another entry' },
    ]);
  });
});

describe('planExtraction', () => {
  test('omits the target folder itself and duplicate folders', async () => {
    const folder = { kind: 'directory', sizeBytes: 0 } as const;
    const { folders, files } = await plan([
      entryOf('./', folder),
      entryOf('d/', folder),
      entryOf('d/', folder),
    ]);
    expect([folders.map(({ components }) => components), files]).toEqual([[['d']], []]);
    const odd = await failureOf(plan([entryOf('./', { kind: 'directory', sizeBytes: 1 })]));
    expect(odd.code).toBe('UNSAFE');
  });

  test('reports renamed entries', async () => {
    const folder = entryOf('e:/', { kind: 'directory', sizeBytes: 0 });
    const { renamed } = await plan([entryOf('a'), entryOf('b?'), { ...folder, path: 'ee:/' }]);
    expect(renamed).toEqual([
      { from: 'b?', to: 'b_' },
      { from: 'ee:/', to: 'ee_/' },
    ]);
  });

  test('accepts a size and a ratio at their limits, and rejects more', async () => {
    const size = (bytes: number) => entryOf('a', { sizeBytes: bytes, compressedBytes: bytes });
    expect((await plan([size(10)], { maxSizeBytes: 10 })).unpackedBytes).toBe(10);
    expect(await failureOf(plan([size(11)], { maxSizeBytes: 10 }))).toMatchObject({
      code: 'UNSAFE',
      message: 'the archive is refused: it unpacks to 11 bytes, more than the 10 allowed',
      details: { hint: SIZE },
    });
    const packed = entryOf('a', { sizeBytes: 2 * MIB, compressedBytes: MIB });
    expect((await plan([packed], { maxRatio: 2 })).unpackedBytes).toBe(2 * MIB);
    await failureOf(plan([packed], { maxRatio: 1 }));
  });

  test('rejects on abort', async () => {
    const interruption = new AbortController();
    interruption.abort(new Error('interrupted'));
    await expect(planExtraction([entryOf('a')], {}, interruption.signal)).rejects.toThrow('interrupted');
  });
});

describe('a target folder', () => {
  function makePlace() {
    const path = makeTempFolder();
    mkdirSync(join(path, 'folder'));
    writeFileSync(join(path, 'file'), '');
    symlinkSync(join(path, 'folder'), join(path, 'link'));
    return (name: string) => ({ path: join(path, name), shownPath: `shown/${name}` });
  }

  test('is opened, or created if it does not exist', () => {
    const at = makePlace();
    expect(openFolder(at('nothing'))).toBeNull();
    expect(() => openExistingFolder(at('nothing'))).toThrow(
      expect.objectContaining({ code: 'DISK', message: 'the folder shown/nothing has vanished' }),
    );
    const [made, there] = [makeFolder(at('new')), makeFolder(at('folder'))];
    writeFileSync(made.at('x').path, 'content');
    expect(readFileSync(join(at('new').path, 'x'), 'utf8')).toBe('content');
    expect([made.at('x').shownPath, made.shownPath, there.shownPath]).toEqual([
      'shown/new/x',
      'shown/new',
      'shown/folder',
    ]);
    const again = openFolder(at('new'));
    expect([again?.identity === made.identity, there.identity === made.identity]).toEqual([true, false]);
    for (const folder of [made, there, again]) folder?.close();
  });

  test.each([
    ['link', 'UNSAFE', 'shown/link is a link or is behind one; nothing is written through links'],
    ['file', 'EXISTS', expect.stringContaining('shown/file') as string],
  ])('is not opened if it is a %s', (name, code, message) => {
    const at = makePlace();
    for (const open of [openFolder, openExistingFolder, makeFolder])
      expect(() => open(at(name))).toThrow(expect.objectContaining({ code, message }));
  });

  test('fails with DISK if it cannot be inspected or created', () => {
    const at = makePlace();
    expect(() => openFolder(at('x'.repeat(300)))).toThrow(expect.objectContaining({ code: 'DISK' }));
    expect(() => makeFolder(at('nothing/below'))).toThrow(
      expect.objectContaining({
        code: 'DISK',
        message: 'could not make the folder shown/nothing/below: no such file or folder',
      }),
    );
    expect(() => lstatOrNull(at('x'.repeat(300)).path, 'shown/x')).toThrow(
      'could not access shown/x: the name is too long',
    );
    expect(lstatOrNull(at('nothing').path)).toBeNull();
  });
});

test('isMatchingFile compares size and checksum, and does not follow links', async () => {
  const folder = makeTempFolder();
  const content = Buffer.from('x'.repeat(MIB + 7));
  writeFileSync(join(folder, 'large'), content);
  writeFileSync(join(folder, 'small'), 'small');
  writeFileSync(join(folder, 'empty'), '');
  symlinkSync(join(folder, 'small'), join(folder, 'link'));
  mkdirSync(join(folder, 'folder'));
  const matches = async (name: string, bytes: Buffer | string, signal?: AbortSignal) => {
    const place = { path: join(folder, name), shownPath: name };
    return await isMatchingFile(place, { sizeBytes: bytes.length, crc32: crc32(bytes) }, { signal });
  };
  expect(await matches('large', content)).toBe(true);
  expect(await matches('large', content.toString().replace(/x$/, 'y'))).toBe(false);
  expect(await matches('small', 'small')).toBe(true);
  expect(await matches('small', 'smalL')).toBe(false);
  expect(await matches('small', 'smal')).toBe(false);
  expect(await matches('empty', '')).toBe(true);
  expect([await matches('link', 'small'), await matches('folder', ''), await matches('nothing', '')]).toEqual(
    [false, false, false],
  );
  await expect(matches('large', content, AbortSignal.abort(new Error('interrupted')))).rejects.toThrow(
    'interrupted',
  );
});
