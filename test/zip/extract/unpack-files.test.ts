import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RangeSource } from '../../../src/range/range-source.ts';
import { extractArchive } from '../../../src/zip/extract/extract.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';
import { makeZip } from '../../support/zip-maker.ts';
import { memorySource } from '../memory-source.ts';
import { UNPACKER } from './unpacker.ts';

const MIB = 2 ** 20;
/** The size of a stored entry with a one-letter name, besides its content. */
const HEADER_BYTES = 31;

/** A source where each run is one request, and the requested runs. */
function streaming(bytes: Buffer, parallelReads?: number) {
  const runs: [start: number, end: number][] = [];
  const source: RangeSource = {
    ...memorySource(bytes),
    ...(parallelReads === undefined ? {} : { parallelReads }),
    async *stream(start, end) {
      runs.push([start, end]);
      yield bytes.subarray(start, end);
    },
  };
  return { source, runs };
}

test.each([
  [undefined, [[0, 24 * MIB]]],
  [1, [[0, 24 * MIB]]],
  [
    2,
    [
      [0, 16 * MIB],
      [16 * MIB, 24 * MIB],
    ],
  ],
])(
  'requests neighbors together, up to 16 MiB if the source reads in parallel (%s)',
  async (parallelReads, expected) => {
    const content = Buffer.alloc(8 * MIB - HEADER_BYTES, 'film');
    const { source, runs } = streaming(
      makeZip(['a', 'b', 'c'].map((name) => ({ name, content }))),
      parallelReads,
    );
    const directory = makeTempFolder();
    await extractArchive(source, { directory, unpacker: UNPACKER });
    expect(runs.toSorted(([one], [other]) => one - other)).toEqual(expected);
    for (const name of ['a', 'b', 'c'])
      expect(readFileSync(join(directory, name)).equals(content)).toBe(true);
  },
);

test.each([
  ['64 KiB', 64 * 1_024, 1],
  ['a byte more', 64 * 1_024 + 1, 2],
])('%s between two selected entries: %i bytes, %i requests', async (_name, betweenBytes, count) => {
  const between = { name: 'b', content: Buffer.alloc(betweenBytes - HEADER_BYTES) };
  const wanted = ['a', 'c'].map((name) => ({ name, content: `content of ${name}` }));
  const [first = between, last = between] = wanted;
  const { source, runs } = streaming(makeZip([first, between, last]));
  const directory = makeTempFolder();
  await extractArchive(source, { directory, unpacker: UNPACKER, isWanted: (path) => path !== 'b' });
  expect(runs).toHaveLength(count);
  for (const { name, content } of wanted) expect(readFileSync(join(directory, name), 'utf8')).toBe(content);
});
