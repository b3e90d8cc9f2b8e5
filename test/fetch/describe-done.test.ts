import { expect, test } from 'vitest';
import type { FileResult } from '../../src/download/download-file.ts';
import { describeDone } from '../../src/fetch/describe-done.ts';

const MIB = 1024 * 1024;
const RESULT: FileResult = {
  path: '/tmp/talk.zip',
  sizeBytes: 100 * MIB,
  transferredBytes: 100 * MIB,
  resumedFrom: 0,
  verified: { size: true, archive: true, crc: true, checksum: false },
  sha256: null,
  isAlreadyThere: false,
};
const NOTHING = { size: false, archive: false, crc: false, checksum: false };

test.each([
  [{}, { durationMs: 65_000, transferMs: 50_000 }, 'talk.zip: 100 MiB in 1m 05s, 2 MiB/s, verified'],
  [{}, { durationMs: 420, transferMs: 50 }, 'talk.zip: 100 MiB in 0.4s, verified'],
  [
    { transferredBytes: 40 * MIB, resumedFrom: 60 * MIB },
    { durationMs: 12_000, transferMs: 10_000 },
    'talk.zip: 100 MiB in 12s, 4 MiB/s, resumed at 60 MiB, verified',
  ],
  [
    { transferredBytes: 0, resumedFrom: 100 * MIB },
    { durationMs: 1_500, transferMs: 0 },
    'talk.zip: 100 MiB in 1.5s, already downloaded, verified',
  ],
  [
    { sizeBytes: 0, transferredBytes: 0, verified: { ...NOTHING, size: true } },
    { durationMs: 200, transferMs: 150 },
    'talk.zip: 0 B in 0.2s, size verified',
  ],
  [
    { verified: { ...NOTHING, checksum: true } },
    { durationMs: 2_000, transferMs: 1_000 },
    'talk.zip: 100 MiB in 2.0s, 100 MiB/s, digest verified',
  ],
  [
    { sizeBytes: 200_000, transferredBytes: 204_800 },
    { durationMs: 100, transferMs: 100 },
    'talk.zip: 195.3 KiB in 0.1s, 1.9 MiB/s, verified',
  ],
  [{}, { durationMs: 100, transferMs: 99 }, 'talk.zip: 100 MiB in 0.1s, verified'],
  [
    { verified: { ...NOTHING, crc: true } },
    { durationMs: 100, transferMs: 0 },
    'talk.zip: 100 MiB in 0.1s, verified',
  ],
  [{ verified: NOTHING }, { durationMs: 90, transferMs: 80 }, 'talk.zip: 100 MiB in 0.1s, not verified'],
  [
    { isAlreadyThere: true, transferredBytes: 0 },
    { durationMs: 2_000, transferMs: 0 },
    'talk.zip already exists (100 MiB, verified)',
  ],
] as const)('%j, %j: %s', (changed, times, expected) => {
  expect(describeDone('talk.zip', { ...RESULT, ...changed }, times)).toBe(expected);
});
