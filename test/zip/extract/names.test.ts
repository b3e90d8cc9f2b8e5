import { describe, expect, test } from 'vitest';
import { foldName } from '../../../src/target-folder/fold-name.ts';
import { safePath } from '../../../src/target-folder/safe-path.ts';
import { createNameRegister } from '../../../src/zip/extract/name-register.ts';
import type { ArchiveEntry } from '../../../src/zip/read/entry.ts';

const entryOf = (path: string) => ({ path, kind: path.endsWith('/') ? 'directory' : 'file' }) as ArchiveEntry;

/** The conflict reported for the last of these paths, and the path it conflicts with. */
function conflictOf(...paths: readonly string[]) {
  const register = createNameRegister();
  const entries = paths.map(entryOf);
  const said = entries.map((entry) => register.add(entry, entry.path.replace(/\/$/, '').split('/')));
  const last = said.at(-1);
  if (last === null || last === undefined || last === 'known') return last;
  return [last.reason, last.twin?.path ?? null];
}

test.each<[readonly string[], unknown]>([
  [['a', 'b', 'd/a'], null],
  [['d/', 'd/a'], null],
  [['d/a', 'd/'], null],
  [['d/', 'd/'], 'known'],
  [
    ['a', 'a'],
    ['occurs twice', 'a'],
  ],
  [
    ['a', 'A'],
    ['is the same name as "a" elsewhere', 'a'],
  ],
  [
    ['d/a', 'd/A'],
    ['is the same name as "d/a" elsewhere', 'd/a'],
  ],
  [
    ['d/a', 'D/b'],
    ['lies in a folder that is also spelled "d"', null],
  ],
  [
    ['d/', 'D/'],
    ['is the same name as "d" elsewhere', 'd/'],
  ],
  [
    ['d/a', 'D/'],
    ['is the same name as "d" elsewhere', null],
  ],
  [
    ['a', 'a/b'],
    ['lies in "a", which is a file', 'a'],
  ],
  [
    ['a', 'A/b/c'],
    ['lies in "a", which is a file', 'a'],
  ],
  [
    ['a/b', 'a'],
    ['is both a file and a folder', null],
  ],
  [
    ['a/', 'a'],
    ['is both a file and a folder', 'a/'],
  ],
  [
    ['a', 'a/'],
    ['is both a file and a folder', 'a'],
  ],
])('%j: %j', (paths, said) => {
  expect(conflictOf(...paths)).toEqual(said);
});

test.each([
  ['A', 'a', true],
  ['\u00e9', 'e\u0301', true],
  ['ß', 'SS', true],
  ['ﬁ', 'fi', true],
  ['ς', 'Σ', true],
  ['\u212a', 'k', true],
  ['a\u200d', 'a', true],
  ['ı', 'I', true],
  ['a', 'b', false],
  ['²', '2', false],
  ['Ａ', 'A', false],
  ['İ', 'i', false],
])('%j and %j fold to one name: %j', (one, other, isSame) => {
  expect(foldName(one) === foldName(other)).toBe(isSame);
});

describe('path limits', () => {
  const part = 'x'.repeat(255);
  const offenceOf = (path: string, limit?: number) => safePath(path, limit).offence;

  test.each<[string, string, string | null]>([
    ['a part of 255 bytes', part, null],
    ['a part of 256 bytes', `${part}x`, 'has a part longer than 255 bytes'],
    ['a part of 256 bytes in 128 letters', 'ä'.repeat(128), 'has a part longer than 255 bytes'],
    ['100 folders', Array.from({ length: 100 }, () => 'x').join('/'), null],
    ['101 folders', Array.from({ length: 101 }, () => 'x').join('/'), 'is deeper than 100 folders'],
    ['100 folders and a slash', `${Array.from({ length: 100 }, () => 'x').join('/')}/`, null],
    ['4096 bytes', `${Array.from({ length: 16 }, () => part).join('/')}/`, null],
    ['4097 bytes', `${Array.from({ length: 16 }, () => part).join('/')}/x`, 'is longer than 4096 bytes'],
    ['a device name of 255 bytes', `con.${'x'.repeat(251)}`, 'has a part longer than 255 bytes'],
  ])('%s', (_name, path, offence) => {
    expect(offenceOf(path)).toBe(offence);
  });

  test('can be lowered, but not raised', () => {
    expect([offenceOf('abc', 3), offenceOf('abcd', 3)]).toEqual([null, 'is longer than 3 bytes']);
    const long = `${Array.from({ length: 16 }, () => part).join('/')}/x`;
    expect(offenceOf(long, 10_000)).toBe('is longer than 4096 bytes');
    // The suffix added to a device name counts.
    expect([offenceOf('con', 4), offenceOf('con', 3)]).toEqual([null, 'is longer than 3 bytes']);
  });

  test.each<[string, string | null]>([
    ['', 'has no name'],
    ['a\0b', 'contains a NUL character'],
    ['a\\b', 'contains a backslash'],
    ['/a', 'is an absolute path'],
    ['c:', 'begins with a drive letter'],
    ['C: title', null],
    ['cd:x', null],
    ['a\u2028', 'contains control or invisible characters'],
    ['a\u202e', 'contains control or invisible characters'],
    ['a/../b', 'leads out of the folder (..)'],
    ['a/./b', 'has a part that is only a dot'],
    ['a//b', 'has an empty part'],
    ['a/. .', 'has a part of only dots and spaces'],
    [' ', 'has a part of only dots and spaces'],
  ])('%j: %j', (path, offence) => {
    expect(offenceOf(path)).toBe(offence);
  });
});
