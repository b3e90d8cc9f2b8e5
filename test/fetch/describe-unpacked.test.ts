import { expect, test } from 'vitest';
import { describeUnpacked } from '../../src/fetch/describe-done.ts';
import type { ExtractedFile } from '../../src/zip/extract/extract.ts';

function files(outcome: ExtractedFile['outcome'], count: number): readonly ExtractedFile[] {
  return Array.from({ length: count }, (_, index) => {
    return { path: `/tmp/${outcome}-${index}`, sizeBytes: 1024, crc32: 0, outcome };
  });
}

test.each([
  [1, 0, 0, '1 file, 1 KiB unpacked in 0.4s, verified'],
  [3, 2, 0, '3 files, 3 KiB unpacked in 0.4s, 2 already existed, verified'],
  [3, 0, 1, '3 files, 3 KiB unpacked in 0.4s, verified; 1 existing file kept, not verified'],
  [0, 3, 0, '3 files already existed, verified'],
  [0, 1, 2, '1 file already existed, verified; 2 existing files kept, not verified'],
  [0, 0, 7, '7 existing files kept, not verified'],
  [0, 0, 1, '1 existing file kept, not verified'],
  [0, 0, 0, '0 files, 0 B unpacked in 0.4s, verified'],
])('%d new, %d existing, %d kept: %s', (newCount, thereCount, leftCount, expected) => {
  const all = [...files('extracted', newCount), ...files('skipped', thereCount), ...files('left', leftCount)];
  expect(describeUnpacked(all, { time: '0.4s', facts: ['verified'] })).toBe(expected);
});
