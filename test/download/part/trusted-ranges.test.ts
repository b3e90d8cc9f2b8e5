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
    'after a kill: the written ranges',
    {},
    600,
    'this',
    { ranges: WRITTEN, synced: SYNCED, unsyncedBytes: 0, reason: null },
  ],
  ['after a kill, with more bytes than noted: the written ranges', {}, 700, 'this', { ranges: WRITTEN }],
  ['after a machine crash: the synced ranges', {}, 600, 'another', { ranges: SYNCED, synced: SYNCED }],
  [
    'without a boot ID: the synced ranges',
    { bootId: null },
    600,
    null,
    { ranges: SYNCED, unsyncedBytes: 150 },
  ],
  ['without the boot ID of before: the synced ranges', {}, 600, null, { ranges: SYNCED }],
  [
    'case 75: part file shorter than the written ranges: nothing',
    {},
    599,
    'this',
    { ranges: [], reason: expect.stringContaining('shorter') },
  ],
  [
    'case 75: part file longer than the file: nothing',
    { sizeBytes: 550 },
    600,
    'this',
    { ranges: [], reason: expect.stringContaining('longer') },
  ],
  [
    'after rejected bytes: nothing',
    { rejected: 'bad CRC' },
    600,
    'this',
    { ranges: [], reason: expect.stringContaining('bad CRC') },
  ],
])('%s', (_name, changes, fileBytes, bootId, trusted) => {
  expect(trustedRanges({ ...journal, ...changes }, fileBytes, bootId)).toMatchObject(Object(trusted));
});

test('trusts nothing without a journal, and gives no reason', () => {
  expect(trustedRanges(null, 600, 'this')).toEqual({
    ranges: [],
    synced: [],
    unsyncedBytes: 0,
    reason: null,
  });
});
