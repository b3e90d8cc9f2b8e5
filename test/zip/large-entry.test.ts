import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { RangeSource } from '../../src/range/range-source.ts';
import { combineCrc32 } from '../../src/zip/crc32-combine.ts';
import { extractArchive } from '../../src/zip/extract.ts';
import { pseudoRandom, pseudoRandomBytes } from '../support/bytes.ts';
import { listTree, makeTempFolder } from '../support/temp-folder.ts';
import { makeZip } from '../support/zip-maker.ts';
import { failureOf } from './failure-of.ts';
import { UNPACKER } from './unpacker.ts';

const MIB = 2 ** 20;
const PIECE_BYTES = 8 * MIB;
const BLOCK = pseudoRandomBytes(MIB, 3);
/** Nine pieces, the last one short. */
const CONTENT = Buffer.concat([...Array.from({ length: 65 }, () => BLOCK), Buffer.from('the end')]);
const ARCHIVE = makeZip([
  { name: 'first.txt', content: 'first' },
  { name: 'film.mp4', content: CONTENT, descriptor: 'signed32' },
  { name: 'last.txt', content: 'last' },
]);

/** A source that streams, as one behind HTTP does, and counts; from `breakAt` on it breaks as soon as it may. */
function streamingSource(
  bytes: Buffer,
  { breakAt = Number.POSITIVE_INFINITY, mayBreak = (): boolean => true } = {},
) {
  const ranges: [start: number, end: number][] = [];
  let sentBytes = 0;
  const source: RangeSource = {
    sizeBytes: bytes.length,
    parallelReads: 8,
    read: async (start, end) => bytes.subarray(start, end),
    async *stream(start, end) {
      ranges.push([start, end]);
      for (let position = start; position < end; position += MIB) {
        const piece = bytes.subarray(position, Math.min(position + MIB, end));
        sentBytes += piece.length;
        if (position > breakAt) {
          while (!mayBreak()) await new Promise((resolve) => setTimeout(resolve, 5));
          throw new Error('cable pulled');
        }
        // Others get their turn in between, as over a network.
        await new Promise((resolve) => setImmediate(resolve));
        yield piece;
      }
    },
  };
  return { source, ranges, sentBytes: () => sentBytes };
}

function partsIn(folder: string): string[] {
  return listTree(folder)
    .map(({ path }) => path)
    .filter((path) => /\.part(\.done)?$/.test(path));
}

/** How many pieces the journal names. */
function finishedPieces(directory: string): number {
  const journal = partsIn(directory).find((path) => path.endsWith('.done'));
  return journal === undefined ? 0 : readFileSync(join(directory, journal), 'utf8').split('\n').length - 1;
}

async function interrupted(directory: string): Promise<void> {
  const mayBreak = () => finishedPieces(directory) >= 4;
  const { source } = streamingSource(ARCHIVE, { breakAt: 33 * MIB, mayBreak });
  await expect(extractArchive(source, { directory, unpacker: UNPACKER })).rejects.toThrow('cable pulled');
}

describe('large stored entries of a source that streams', () => {
  test('come in pieces and are put together right; nothing stays behind', async () => {
    const directory = makeTempFolder();
    const { source, ranges } = streamingSource(ARCHIVE);
    const progress: number[] = [];
    await extractArchive(source, {
      directory,
      unpacker: UNPACKER,
      onProgress: ({ bytes }) => progress.push(bytes),
    });
    expect(readFileSync(join(directory, 'film.mp4')).equals(CONTENT)).toBe(true);
    expect(ranges.filter(([start, end]) => end - start === PIECE_BYTES)).toHaveLength(8);
    expect(progress.at(-1)).toBe(CONTENT.length + 'firstlast'.length);
    expect(listTree(directory).map(({ path }) => path)).toEqual(['film.mp4', 'first.txt', 'last.txt']);
  });

  test('row 110: after an interruption only the pieces that are missing are fetched', async () => {
    const directory = makeTempFolder();
    await interrupted(directory);
    expect(listTree(directory).some(({ path }) => path === 'film.mp4')).toBe(false);
    expect(finishedPieces(directory)).toBe(4);

    const { source, sentBytes } = streamingSource(ARCHIVE);
    await extractArchive(source, { directory, unpacker: UNPACKER });
    expect(readFileSync(join(directory, 'film.mp4')).equals(CONTENT)).toBe(true);
    expect(sentBytes()).toBeLessThan(CONTENT.length - 4 * PIECE_BYTES + MIB);
    expect(listTree(directory).map(({ path }) => path)).toEqual(['film.mp4', 'first.txt', 'last.txt']);
  });

  test.each<[string, (part: string, journal: string) => void]>([
    ['the part was overwritten', (part) => writeFileSync(part, Buffer.alloc(CONTENT.length))],
    ['the part was cut', (part) => truncateSync(part, 100)],
    ['the part is gone', (part) => rmSync(part)],
    ['the journal is gone', (_part, journal) => rmSync(journal)],
    ['the journal lies', (_part, journal) => writeFileSync(journal, '0 1\n999 1\nnonsense\n1 2')],
  ])('row 75: what cannot be trusted is fetched again: %s', async (_name, harm) => {
    const directory = makeTempFolder();
    await interrupted(directory);
    const [part = '', journal = ''] = partsIn(directory).map((path) => join(directory, path));
    harm(part, journal);
    await extractArchive(streamingSource(ARCHIVE).source, { directory, unpacker: UNPACKER });
    expect(readFileSync(join(directory, 'film.mp4')).equals(CONTENT)).toBe(true);
    expect(partsIn(directory)).toEqual([]);
  });

  test('row 99: a wrong bit is INTEGRITY, and the part is not continued', async () => {
    const directory = makeTempFolder();
    const wrong = Buffer.from(ARCHIVE);
    wrong[40 * MIB] = (wrong[40 * MIB] ?? 0) ^ 1;
    const { source } = streamingSource(wrong);
    const error = await failureOf(extractArchive(source, { directory, unpacker: UNPACKER }));
    expect(error).toMatchObject({ code: 'INTEGRITY' });
    expect(error.message).toContain('"film.mp4"');
    expect(listTree(directory).some(({ path }) => path === 'film.mp4')).toBe(false);
    expect(partsIn(directory)).toEqual([]);
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
