import { expect, test } from 'vitest';
import type { Journal } from '../../../src/download/part/journal.ts';
import { trustedRanges } from '../../../src/download/part/trusted-ranges.ts';

const SYNCED = [{ start: 0, end: 100 }];
const WRITTEN = [
  { start: 0, end: 150 },
  { start: 500, end: 600 },
];

const journal: Journal = {
  identity: { origin: 'https://api.example', packageId: 'package', fileId: 'one' },
  sizeBytes: 1_000,
  validator: { etag: '"a"', lastModified: null },
  synced: SYNCED,
  written: WRITTEN,
  bootId: 'this',
  holder: null,
  rejected: null,
};

test.each<
  [name: string, changes: Partial<Journal>, fileBytes: number, bootId: string | null, trusted: unknown]
>([
  [
    'after a kill: what was written',
    {},
    600,
    'this',
    { ranges: WRITTEN, synced: SYNCED, unsyncedBytes: 0, reason: null },
  ],
  ['after a kill, with more in the part than was noted', {}, 700, 'this', { ranges: WRITTEN }],
  ['after a crash of the machine: what was synced', {}, 600, 'another', { ranges: SYNCED, synced: SYNCED }],
  [
    'where the system tells no boot: what was synced',
    { bootId: null },
    600,
    null,
    { ranges: SYNCED, unsyncedBytes: 150 },
  ],
  ['where it told one before', {}, 600, null, { ranges: SYNCED }],
  [
    'case 75: a part that is shorter',
    {},
    599,
    'this',
    { ranges: [], reason: expect.stringContaining('shorter') },
  ],
  [
    'case 75: a part longer than the file',
    { sizeBytes: 550 },
    600,
    'this',
    { ranges: [], reason: expect.stringContaining('longer') },
  ],
  [
    'rejected bytes',
    { rejected: 'bad CRC' },
    600,
    'this',
    { ranges: [], reason: expect.stringContaining('bad CRC') },
  ],
])('%s', (_name, changes, fileBytes, bootId, trusted) => {
  expect(trustedRanges({ ...journal, ...changes }, fileBytes, bootId)).toMatchObject(Object(trusted));
});

test('without a journal nothing is trusted, and nothing is said', () => {
  expect(trustedRanges(null, 600, 'this')).toEqual({
    ranges: [],
    synced: [],
    unsyncedBytes: 0,
    reason: null,
  });
});
