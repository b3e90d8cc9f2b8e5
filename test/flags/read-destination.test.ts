import { expect, test } from 'vitest';
import { type RawDestination, readDestination } from '../../src/flags/read-destination.ts';

const NONE = { output: null, toStdout: false, folder: null, hasFolderFlag: false, ifExists: 'refuse' };

test.each<[RawDestination, object]>([
  [{}, {}],
  [{ output: 'a//b' }, { output: 'a/b' }],
  [{ output: '-' }, { toStdout: true }],
  [{ output: './-' }, { toStdout: true }],
  [{ output: '/dev/stdout' }, { toStdout: true }],
  [{ output: '/dev/fd/1' }, { toStdout: true }],
  [{ output: '/proc/self/fd/1' }, { toStdout: true }],
  [{ output: '/dev/fd/2' }, { output: '/dev/fd/2' }],
  [{ output: 'out/' }, { folder: 'out/' }],
  [{ output: 'out\\' }, { folder: 'out\\' }],
  [
    { dir: 'd', outputDir: 'e', dest: 'f' },
    { folder: 'd', hasFolderFlag: true },
  ],
  [
    { outputDir: 'e', dest: 'f' },
    { folder: 'e', hasFolderFlag: true },
  ],
  [{ dest: 'f' }, { folder: 'f', hasFolderFlag: true }],
  [
    { output: 'out/', dir: 'd' },
    { folder: 'd', hasFolderFlag: true },
  ],
  [{ overwrite: true }, { ifExists: 'overwrite' }],
  [{ clobber: true }, { ifExists: 'overwrite' }],
  [{ skipExisting: true }, { ifExists: 'skip' }],
  [{ clobber: false }, { ifExists: 'skip' }],
])('%j', (raw, changed) => {
  expect(readDestination(raw)).toEqual({ ...NONE, ...changed });
});

test.each<RawDestination>([
  { overwrite: true, skipExisting: true },
  { overwrite: true, clobber: false },
  { clobber: true, skipExisting: true },
])('rejects %j', (raw) => {
  expect(() => readDestination(raw)).toThrow(
    expect.objectContaining({ code: 'USAGE', message: '--overwrite and --skip-existing cannot be combined' }),
  );
});
