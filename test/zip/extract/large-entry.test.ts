import { linkSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { OVERLAP_BYTES } from '../../../src/download/part/destination.ts';
import { combineCrc32 } from '../../../src/zip/read/crc32-combine.ts';
import { afterThisTest } from '../../support/after-this-test.ts';
import { pseudoRandom, pseudoRandomBytes } from '../../support/bytes.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';
import { extraField, makeZip } from '../../support/zip-maker.ts';
import { failureOf } from '../failure-of.ts';
import {
  ARCHIVE,
  CONTENT,
  changeJournal,
  filesBelow,
  interrupted,
  LEFT_BYTES,
  MIB,
  NAMES,
  partsIn,
  served,
  unpack,
} from './large-entry-scene.ts';

const LATER_JOURNAL = JSON.stringify({ schema: 99, identity: {}, validator: {} });

function flipByte(path: string, position: number): void {
  const bytes = readFileSync(path);
  bytes[position] = (bytes[position] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

describe('large stored entries of a remote archive', () => {
  test('are fetched in several ranges, assembled correctly, and leave no leftovers', async () => {
    const directory = makeTempFolder();
    const { source, lengths } = await served(ARCHIVE);
    const progress: number[] = [];
    await unpack(source, directory, { onProgress: ({ bytes }) => progress.push(bytes) });
    expect(readFileSync(join(directory, 'film.mp4')).equals(CONTENT)).toBe(true);
    expect(lengths.length).toBeGreaterThan(1);
    expect(Math.max(...lengths)).toBeLessThan(CONTENT.length / 2);
    expect(progress.at(-1)).toBe(CONTENT.length + 'firstlast'.length);
    expect(listTree(directory).map(({ path }) => path)).toEqual(NAMES);
  });

  test('case 110: are resumed without fetching received bytes again', async () => {
    const directory = await interrupted();
    expect(filesBelow(directory)).not.toContain('film.mp4');
    await interrupted(directory);

    const { source, sentBytes } = await served(ARCHIVE);
    await unpack(source, directory);
    expect(readFileSync(join(directory, 'film.mp4')).equals(CONTENT)).toBe(true);
    expect(sentBytes()).toBeLessThan(CONTENT.length - 2 * LEFT_BYTES + MIB);
    expect(listTree(directory).map(({ path }) => path)).toEqual(NAMES);
  });

  test('sync what arrived before an interruption', async () => {
    const directory = await interrupted();
    const journal = readFileSync(join(directory, partsIn(directory)[1] ?? ''), 'utf8');
    const { synced } = JSON.parse(journal.split('\n')[0] ?? '') as { synced: [start: number, end: number][] };
    const syncedBytes = synced.reduce((bytes, [start, end]) => bytes + end - start, 0);
    expect(syncedBytes).toBeGreaterThanOrEqual(LEFT_BYTES);
  });

  test('case 110: request the rest before the part file has been read', async () => {
    const directory = makeTempFolder();
    await interrupted(directory);
    let onContent = (): void => undefined;
    const requested = new Promise<void>((resolve) => {
      onContent = resolve;
    });
    const { source } = await served(ARCHIVE, { onContent: () => onContent() });
    const handle = await open(join(directory, partsIn(directory)[0] ?? ''));
    const prototype: object = Object.getPrototypeOf(handle);
    await handle.close();
    const read: unknown = Reflect.get(prototype, 'read');
    if (typeof read !== 'function') throw new TypeError('files cannot be read');
    afterThisTest(async () => void Object.assign(prototype, { read }));
    Object.assign(prototype, {
      async read(this: FileHandle, buffer: Buffer, ...args: unknown[]): Promise<unknown> {
        const isPart = (await this.stat()).size >= LEFT_BYTES;
        // The overlap is read before the request, to compare it.
        if (isPart && buffer.length > OVERLAP_BYTES) await requested;
        return await Reflect.apply(read, this, [buffer, ...args]);
      },
    });
    await unpack(source, directory);
    expect(readFileSync(join(directory, 'film.mp4')).equals(CONTENT)).toBe(true);
  });

  test.each<[string, (part: string, journal: string) => void]>([
    ['part overwritten', (part) => writeFileSync(part, Buffer.alloc(CONTENT.length))],
    ['part with a flipped bit', (part) => flipByte(part, 5 * MIB)],
    ['part truncated', (part) => truncateSync(part, 100)],
    ['part extended', (part) => truncateSync(part, CONTENT.length + 100)],
    ['part deleted', (part) => rmSync(part)],
    ['part with a second hard link', (part) => linkSync(part, join(makeTempFolder(), 'other'))],
    ['journal deleted', (_part, journal) => rmSync(journal)],
    ['journal with garbage', (_part, journal) => writeFileSync(journal, '0 1\n999 1\nnonsense\n1 2')],
    ['huge journal', (_part, journal) => truncateSync(journal, 20 * MIB)],
    ['journal of a later version', (_part, journal) => writeFileSync(journal, LATER_JOURNAL)],
  ])('case 75: fetch again what cannot be trusted: %s', async (_name, harm) => {
    const directory = await interrupted();
    const [part = '', journal = ''] = partsIn(directory).map((path) => join(directory, path));
    harm(part, journal);
    await unpack((await served(ARCHIVE)).source, directory);
    expect(readFileSync(join(directory, 'film.mp4')).equals(CONTENT)).toBe(true);
    expect(statSync(join(directory, 'film.mp4')).nlink).toBe(1);
    expect(listTree(directory).map(({ path }) => path)).toEqual(NAMES);
  });

  test('case 75: do not trust a journal that claims bytes never received', async () => {
    const directory = await interrupted();
    truncateSync(join(directory, partsIn(directory)[0] ?? ''), CONTENT.length);
    changeJournal(directory, { written: [[0, CONTENT.length]], synced: [] });
    await unpack((await served(ARCHIVE)).source, directory);
    expect(readFileSync(join(directory, 'film.mp4')).equals(CONTENT)).toBe(true);
  });

  test('case 75: drop bytes beyond the entry even if the journal lists them', async () => {
    const directory = await interrupted();
    const longer = Buffer.concat([CONTENT, Buffer.alloc(100)]);
    writeFileSync(join(directory, partsIn(directory)[0] ?? ''), longer);
    changeJournal(directory, { written: [[0, longer.length]], synced: [] });
    await unpack((await served(ARCHIVE)).source, directory);
    expect(readFileSync(join(directory, 'film.mp4')).equals(CONTENT)).toBe(true);
  });

  test('case 74: trust only synced bytes after a machine crash', async () => {
    const directory = await interrupted();
    changeJournal(directory, { bootId: 'another', synced: [[0, 2 * MIB]] });
    const { source, sentBytes } = await served(ARCHIVE);
    await unpack(source, directory);
    expect(sentBytes()).toBeGreaterThanOrEqual(CONTENT.length - 2 * MIB);
    expect(sentBytes()).toBeLessThan(CONTENT.length - MIB);
    expect(readFileSync(join(directory, 'film.mp4')).equals(CONTENT)).toBe(true);
  });

  test('case 119: keep the part file if interrupted while checking it', async () => {
    const directory = await interrupted();
    const interruption = new AbortController();
    const unpacking = unpack((await served(ARCHIVE)).source, directory, {
      signal: interruption.signal,
      isWanted: (path) => path === 'film.mp4',
      // Like a system signal, which arrives on the event loop.
      onProgress: () => setImmediate(() => interruption.abort(new Error('Ctrl-C'))),
    });
    await expect(unpacking).rejects.toThrow('Ctrl-C');

    const { source, sentBytes } = await served(ARCHIVE);
    await unpack(source, directory);
    expect(sentBytes()).toBeLessThan(CONTENT.length - LEFT_BYTES + MIB);
  });

  test('are synced before they get their final names', async () => {
    const directory = makeTempFolder();
    const probe = await open(import.meta.filename);
    const prototype: FileHandle = Object.getPrototypeOf(probe);
    await probe.close();
    const sync: unknown = Reflect.get(prototype, 'sync');
    if (typeof sync !== 'function') throw new TypeError('files cannot be synced');
    afterThisTest(async () => void Object.assign(prototype, { sync }));
    let isSynced = false;
    Object.assign(prototype, {
      async sync(this: FileHandle): Promise<void> {
        const isWhole = (await this.stat()).blocks * 512 >= CONTENT.length;
        await delay(50);
        await Reflect.apply(sync, this, []);
        isSynced ||= isWhole;
      },
    });
    const named: boolean[] = [];
    const onFile = (path: string) => {
      if (path.endsWith('film.mp4')) named.push(isSynced);
    };
    await unpack((await served(ARCHIVE)).source, directory, { onFile });
    expect(named).toEqual([true]);
  });

  test('keep the part file until the file has its final name', async () => {
    const directory = makeTempFolder();
    const film = join(directory, 'film.mp4');
    const onProgress = () => {
      if (partsIn(directory).length > 0) writeFileSync(film, 'of another process');
    };
    const error = await failureOf(unpack((await served(ARCHIVE)).source, directory, { onProgress }));
    expect(error).toMatchObject({ code: 'EXISTS' });
    rmSync(film);

    const { source, sentBytes } = await served(ARCHIVE);
    await unpack(source, directory);
    expect(sentBytes()).toBeLessThan(MIB);
    expect(readFileSync(film).equals(CONTENT)).toBe(true);
  });

  test('case 99: fail with INTEGRITY on a flipped bit and discard the part file', async () => {
    const directory = makeTempFolder();
    const wrong = Buffer.from(ARCHIVE);
    wrong[40 * MIB] = (wrong[40 * MIB] ?? 0) ^ 1;
    const error = await failureOf(unpack((await served(wrong)).source, directory));
    expect(error).toMatchObject({ code: 'INTEGRITY' });
    expect(error.message).toContain('"film.mp4"');
    expect(filesBelow(directory)).not.toContain('film.mp4');
    expect(partsIn(directory)).toEqual([]);
  });

  test('case 100: reject a longer local name before extra fields of nearly the maximum length', async () => {
    const directory = makeTempFolder();
    // As long as a data descriptor, so the directory alone does not reveal it.
    const name = `film.mp4${'y'.repeat(24)}`;
    const extra = extraField(0x9999, Buffer.alloc(0xffff - 4));
    const { source } = await served(
      makeZip([{ name: 'film.mp4', content: CONTENT, local: { name, extra } }]),
    );
    const error = await failureOf(unpack(source, directory));
    expect(error).toMatchObject({ code: 'UNSAFE' });
    expect(error.message).toContain('in its own header');
    expect(filesBelow(directory)).toEqual([]);
  });
});

test('combines the CRC-32s of two pieces', () => {
  const seed = 20_261_125;
  const next = pseudoRandom(seed);
  for (let round = 0; round < 100; round++) {
    const whole = pseudoRandomBytes(next() % 5000, round);
    const cut = next() % (whole.length + 1);
    const [first, second] = [whole.subarray(0, cut), whole.subarray(cut)];
    expect(combineCrc32(crc32(first), crc32(second), second.length), `seed ${seed}, round ${round}`).toBe(
      crc32(whole),
    );
  }
});
