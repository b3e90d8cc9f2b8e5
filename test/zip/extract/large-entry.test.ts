import { linkSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { combineCrc32 } from '../../../src/zip/read/crc32-combine.ts';
import { pseudoRandom, pseudoRandomBytes } from '../../support/bytes.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';
import { extraField, makeZip } from '../../support/zip-maker.ts';
import { failureOf } from '../failure-of.ts';
import {
  ARCHIVE,
  CONNECTIONS,
  CONTENT,
  filesBelow,
  interrupted,
  MIB,
  NAMES,
  PIECE_BYTES,
  partsIn,
  streamingSource,
  unpack,
} from './large-entry-scene.ts';

describe('large stored entries of a source that streams', () => {
  test('come in pieces and are put together right; nothing stays behind', async () => {
    const directory = makeTempFolder();
    const { source, ranges } = streamingSource(ARCHIVE);
    const progress: number[] = [];
    await unpack(source, directory, { onProgress: ({ bytes }) => progress.push(bytes) });
    expect(readFileSync(join(directory, 'film.mp4')).equals(CONTENT)).toBe(true);
    expect(ranges.filter(([start, end]) => end - start === PIECE_BYTES)).toHaveLength(8);
    expect(progress.at(-1)).toBe(CONTENT.length + 'firstlast'.length);
    expect(listTree(directory).map(({ path }) => path)).toEqual(NAMES);
  });

  test('case 110: an interruption in the middle of all pieces costs less than 1 MiB of each', async () => {
    const directory = await interrupted();
    expect(filesBelow(directory)).not.toContain('film.mp4');
    await interrupted(directory);

    const { source, ranges, sentBytes } = streamingSource(ARCHIVE);
    await unpack(source, directory);
    expect(readFileSync(join(directory, 'film.mp4')).equals(CONTENT)).toBe(true);
    expect(sentBytes()).toBeLessThan(CONTENT.length - 2 * CONNECTIONS * 3 * MIB + MIB);
    expect(Math.max(...ranges.map(([start, end]) => end - start))).toBeLessThanOrEqual(PIECE_BYTES);
    expect(listTree(directory).map(({ path }) => path)).toEqual(NAMES);
  });

  test.each<[string, (part: string, journal: string) => void]>([
    ['the part was overwritten', (part) => writeFileSync(part, Buffer.alloc(CONTENT.length))],
    ['the part was cut', (part) => truncateSync(part, 100)],
    ['the part was made longer', (part) => truncateSync(part, CONTENT.length + 100)],
    ['the part is gone', (part) => rmSync(part)],
    ['the part has another name, too', (part) => linkSync(part, join(makeTempFolder(), 'other'))],
    ['the journal is gone', (_part, journal) => rmSync(journal)],
    ['the journal lies', (_part, journal) => writeFileSync(journal, '0 1\n999 1\nnonsense\n1 2')],
  ])('case 75: what cannot be trusted is fetched again: %s', async (_name, harm) => {
    const directory = await interrupted();
    const [part = '', journal = ''] = partsIn(directory).map((path) => join(directory, path));
    harm(part, journal);
    await unpack(streamingSource(ARCHIVE).source, directory);
    expect(readFileSync(join(directory, 'film.mp4')).equals(CONTENT)).toBe(true);
    expect(statSync(join(directory, 'film.mp4')).nlink).toBe(1);
    expect(listTree(directory).map(({ path }) => path)).toEqual(NAMES);
  });

  test('case 119: while a part is checked, an interruption ends it, and the part stays', async () => {
    const directory = await interrupted();
    const interruption = new AbortController();
    const told: number[] = [];
    const unpacking = unpack(streamingSource(ARCHIVE).source, directory, {
      signal: interruption.signal,
      isWanted: (path) => path === 'film.mp4',
      onProgress: ({ bytes }) => {
        told.push(bytes);
        // As a signal of the system comes: when the event loop has its turn.
        setImmediate(() => interruption.abort(new Error('Ctrl-C')));
      },
    });
    await expect(unpacking).rejects.toThrow('Ctrl-C');
    expect(told.length).toBeLessThan(CONNECTIONS * 3);

    const { source, sentBytes } = streamingSource(ARCHIVE);
    await unpack(source, directory);
    expect(sentBytes()).toBeLessThan(CONTENT.length - CONNECTIONS * 3 * MIB + MIB);
  });

  test('a part goes only when the file has its name', async () => {
    const directory = makeTempFolder();
    const film = join(directory, 'film.mp4');
    const onProgress = () => {
      if (partsIn(directory).length > 0) writeFileSync(film, 'of another process');
    };
    const error = await failureOf(unpack(streamingSource(ARCHIVE).source, directory, { onProgress }));
    expect(error).toMatchObject({ code: 'EXISTS' });
    rmSync(film);

    const { source, sentBytes } = streamingSource(ARCHIVE);
    await unpack(source, directory);
    expect(sentBytes()).toBeLessThan(MIB);
    expect(readFileSync(film).equals(CONTENT)).toBe(true);
  });

  test('case 99: a wrong bit is INTEGRITY, and the part is not continued', async () => {
    const directory = makeTempFolder();
    const wrong = Buffer.from(ARCHIVE);
    wrong[40 * MIB] = (wrong[40 * MIB] ?? 0) ^ 1;
    const error = await failureOf(unpack(streamingSource(wrong).source, directory));
    expect(error).toMatchObject({ code: 'INTEGRITY' });
    expect(error.message).toContain('"film.mp4"');
    expect(filesBelow(directory)).not.toContain('film.mp4');
    expect(partsIn(directory)).toEqual([]);
  });

  test('case 100: a longer name before extra fields as long as can be is refused', async () => {
    const directory = makeTempFolder();
    // As much as a data descriptor would take: the directory alone does not show it.
    const name = `film.mp4${'y'.repeat(24)}`;
    const extra = extraField(0x9999, Buffer.alloc(0xffff - 4));
    const { source } = streamingSource(
      makeZip([{ name: 'film.mp4', content: CONTENT, local: { name, extra } }]),
    );
    const error = await failureOf(unpack(source, directory));
    expect(error).toMatchObject({ code: 'UNSAFE' });
    expect(error.message).toContain('by its own header');
    expect(filesBelow(directory)).toEqual([]);
  });
});

test('the CRC-32 of two pieces is that of the whole', () => {
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
