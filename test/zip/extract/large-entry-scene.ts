import { expect } from 'vitest';
import type { RangeSource } from '../../../src/range/range-source.ts';
import { type ExtractOptions, extractArchive } from '../../../src/zip/extract/extract.ts';
import { pseudoRandomBytes } from '../../support/bytes.ts';
import { listTree, makeTempFolder } from '../../support/temp-folder.ts';
import { makeZip } from '../../support/zip-maker.ts';
import { UNPACKER } from './unpacker.ts';

export const MIB = 2 ** 20;
export const PIECE_BYTES = 8 * MIB;
export const CONNECTIONS = 8;
const BLOCK = pseudoRandomBytes(MIB, 3);
/** Nine pieces, the last one short. */
export const CONTENT = Buffer.concat([...Array.from({ length: 65 }, () => BLOCK), Buffer.from('the end')]);
export const ARCHIVE = makeZip([
  { name: 'first.txt', content: 'first' },
  { name: 'film.mp4', content: CONTENT, descriptor: 'signed32' },
  { name: 'last.txt', content: 'last' },
]);
export const NAMES = ['film.mp4', 'first.txt', 'last.txt'];

/** A source that streams, as one behind HTTP does, and counts; with `breakAfter` all its streams break when each has brought that much. */
export function streamingSource(bytes: Buffer, { breakAfter = Number.POSITIVE_INFINITY } = {}) {
  const ranges: [start: number, end: number][] = [];
  let sentBytes = 0;
  let brokenStreams = 0;
  let pullCable = (): void => {};
  const pulled = new Promise<void>((resolve) => {
    pullCable = resolve;
  });
  const source: RangeSource = {
    sizeBytes: bytes.length,
    parallelReads: CONNECTIONS,
    read: async (start, end) => bytes.subarray(start, end),
    async *stream(start, end) {
      ranges.push([start, end]);
      for (let position = start; position < end; position += MIB / 2) {
        if (position - start >= breakAfter) {
          brokenStreams += 1;
          if (brokenStreams === CONNECTIONS) pullCable();
          await pulled;
          throw new Error('cable pulled');
        }
        const piece = bytes.subarray(position, Math.min(position + MIB / 2, end));
        sentBytes += piece.length;
        // Others get their turn in between, as over a network.
        await new Promise((resolve) => setImmediate(resolve));
        yield piece;
      }
    },
  };
  return { source, ranges, sentBytes: () => sentBytes };
}

export function unpack(source: RangeSource, directory: string, options: Partial<ExtractOptions> = {}) {
  return extractArchive(source, { directory, unpacker: UNPACKER, ...options });
}

export function filesBelow(directory: string): string[] {
  return listTree(directory)
    .filter(({ type }) => type === 'file')
    .map(({ path }) => path);
}

export function partsIn(directory: string): string[] {
  return filesBelow(directory).filter((path) => /\.part(\.done)?$/.test(path));
}

/** A folder with three blocks of each connection, and the half of a fourth that does not count. */
export async function interrupted(directory = makeTempFolder()): Promise<string> {
  const { source } = streamingSource(ARCHIVE, { breakAfter: 3.5 * MIB });
  await expect(unpack(source, directory)).rejects.toThrow('cable pulled');
  return directory;
}
