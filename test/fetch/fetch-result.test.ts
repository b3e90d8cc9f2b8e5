import { describe, expect, test } from 'vitest';
import { ExpectedError } from '../../src/errors.ts';
import {
  type FetchedFile,
  failedResult,
  fetchedResult,
  pathsOf,
  recordedResult,
} from '../../src/fetch/fetch-result.ts';
import type { ExtractedFile } from '../../src/zip/extract/extract.ts';

const PROVEN = { size: true, archive: true, crc: true, checksum: true };
const UNPROVEN = { size: false, archive: false, crc: false, checksum: false };
const FILE: FetchedFile = {
  path: '/w/a.zip',
  sizeBytes: 100,
  transferredBytes: 60,
  resumedFrom: 0,
  isAlreadyThere: false,
  verified: PROVEN,
  sha256: 'digest',
  unpacked: null,
  isArchiveKept: true,
};
const unpacked = (...outcomes: readonly ExtractedFile['outcome'][]) => ({
  files: outcomes.map((outcome, index) => ({ path: `/w/${index}`, sizeBytes: 1, crc32: 0, outcome })),
  skippedEntries: [],
});

const resultOf = (...files: readonly Partial<FetchedFile>[]) =>
  fetchedResult(
    'dl-1',
    files.map((file) => ({ ...FILE, ...file })),
    { durationMs: 7, deleted: true },
  );

test('reports the numbers of a single file', () => {
  expect(resultOf({ resumedFrom: 40 })).toEqual({
    id: 'dl-1',
    outcome: 'resumed',
    paths: ['/w/a.zip'],
    sizeBytes: 100,
    transferredBytes: 60,
    resumedFrom: 40,
    durationMs: 7,
    verified: PROVEN,
    sha256: 'digest',
    deleted: true,
    error: null,
  });
});

test('reports the sums of several files, common verification, and no digest', () => {
  const second = { path: '/w/b.zip', resumedFrom: 3, verified: { ...PROVEN, crc: false } };
  expect(resultOf({}, second)).toMatchObject({
    outcome: 'resumed',
    paths: ['/w/a.zip', '/w/b.zip'],
    sizeBytes: 200,
    transferredBytes: 120,
    resumedFrom: 3,
    verified: { ...PROVEN, crc: false },
    sha256: null,
  });
});

test.each<[string, readonly Partial<FetchedFile>[], string]>([
  ['a new file', [{}], 'downloaded'],
  ['a resumed file', [{ resumedFrom: 1 }], 'resumed'],
  ['a new file and a resumed one', [{}, { resumedFrom: 1 }], 'resumed'],
  ['an existing file', [{ isAlreadyThere: true }], 'skipped'],
  ['an existing file and a new one', [{ isAlreadyThere: true }, {}], 'downloaded'],
  ['an unpacked archive', [{ unpacked: unpacked('extracted'), isArchiveKept: false }], 'extracted'],
  ['an empty archive', [{ unpacked: unpacked(), isArchiveKept: false }], 'extracted'],
  ['an archive unpacked before', [{ unpacked: unpacked('skipped'), isArchiveKept: false }], 'skipped'],
  ['a partly unpacked archive', [{ unpacked: unpacked('skipped', 'extracted') }], 'extracted'],
  ['a kept archive unpacked before', [{ unpacked: unpacked('skipped') }], 'downloaded'],
])('the outcome of %s is %s', (_name, files, outcome) => {
  expect(resultOf(...files).outcome).toBe(outcome);
});

describe('an unpacked archive', () => {
  test('lists the paths of its files, and its own if it is kept', () => {
    const archive = { ...FILE, unpacked: unpacked('extracted', 'skipped') };
    expect(pathsOf([archive, { ...archive, isArchiveKept: false }, FILE])).toEqual([
      '/w/a.zip',
      '/w/0',
      '/w/1',
      '/w/0',
      '/w/1',
      '/w/a.zip',
    ]);
  });

  test('is not fully verified if a different file was kept', () => {
    expect(resultOf({ unpacked: unpacked('extracted', 'left') }).verified).toEqual({ ...PROVEN, crc: false });
    expect(resultOf({ unpacked: unpacked('extracted', 'skipped') }).verified).toEqual(PROVEN);
  });
});

test('reports kept files of a failure, and no files of a recorded package', () => {
  const nothing = {
    paths: [],
    sizeBytes: null,
    transferredBytes: 0,
    resumedFrom: 0,
    verified: UNPROVEN,
    sha256: null,
    deleted: false,
    error: null,
  };
  expect(recordedResult('dl-1')).toEqual({ ...nothing, id: 'dl-1', outcome: 'skipped', durationMs: 0 });
  expect(failedResult('dl-1', new ExpectedError('BUSY', 'x', { written: ['/w/a'] }), 7)).toEqual({
    ...nothing,
    id: 'dl-1',
    outcome: 'failed',
    paths: ['/w/a'],
    durationMs: 7,
    error: expect.objectContaining({ code: 'BUSY', message: 'x' }) as object,
  });
  expect(failedResult('dl-1', new ExpectedError('BUSY', 'x'), 7).paths).toEqual([]);
});
