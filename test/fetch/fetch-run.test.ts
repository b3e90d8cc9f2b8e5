import { expect, test } from 'vitest';
import { createFetchRun } from '../../src/fetch/fetch-run.ts';
import type { FetchFlags } from '../../src/flags/fetch-flags.ts';
import { readFetchFlags } from '../../src/flags/read-fetch-flags.ts';
import { createFastClock } from '../support/fast-clock.ts';

const open = (flags: Partial<FetchFlags> = {}) =>
  createFetchRun(
    ['one', 'two'],
    { ...readFetchFlags({}), ...flags },
    { recording: null, clock: createFastClock() },
  );

test('rejects two packages with the same target in one run', () => {
  const run = open();
  run.reserveTargets('one', [{ file: '/w/a.zip', folder: '/w/a' }]);
  run.reserveTargets('one', [{ file: '/w/a.zip', folder: '/w/a' }]);
  expect(() =>
    run.reserveTargets('two', [
      { file: '/w/b.zip', folder: '' },
      { file: '/w/a.zip', folder: '' },
    ]),
  ).toThrow(
    expect.objectContaining({
      code: 'EXISTS',
      message: 'packages one and two would both be saved as /w/a.zip',
      details: { id: 'two', hint: 'fetch two separately, with -D or -o' },
    }),
  );
  // A rejected package reserves nothing.
  expect(() => run.reserveTargets('three', [{ file: '/w/b.zip', folder: '' }])).not.toThrow();
});

test('reserves folders only if archives are unpacked', () => {
  const [plain, unpacking] = [open(), open({ extract: true })];
  for (const run of [plain, unpacking]) run.reserveTargets('one', [{ file: '/w/a.zip', folder: '/w/a' }]);
  const other = [{ file: '/w/a.tar', folder: '/w/a' }];
  expect(() => plain.reserveTargets('two', other)).not.toThrow();
  expect(() => unpacking.reserveTargets('two', other)).toThrow('would both be saved as /w/a');
});

test('has a rate limit only if requested', () => {
  expect(open().limitRate).toBeNull();
  expect(open({ limitRateBytesPerSecond: 1 }).limitRate).not.toBeNull();
});
