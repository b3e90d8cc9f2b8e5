import { expect, test } from 'vitest';
import { reportNames } from '../../src/fetch/report-names.ts';
import type { ArchiveEntry } from '../../src/zip/read/entry.ts';

function tell(...entries: readonly Partial<ArchiveEntry>[]) {
  const told: string[] = [];
  const io = {
    info: (text: string) => told.push(`info ${text}`),
    warn: (text: string) => told.push(`warn ${text}`),
  };
  reportNames(entries as readonly ArchiveEntry[], { label: 'a.zip', io });
  return told;
}

const named = (path: string, nameReading: ArchiveEntry['nameReading'], name = path) => ({
  path,
  name,
  nameReading,
});

test('reports guessed names and shows three of them', () => {
  expect(tell(...['a', 'b', 'c', 'd'].map((path) => named(path, 'guessed-cp437')))).toEqual([
    'warn a.zip: names with an unknown encoding were read as CP437: "a", "b", "c" and 1 more; if they are wrong, use --encoding, such as --encoding windows-1252',
  ]);
  expect(tell(...['a', 'b', 'c'].map((path) => named(path, 'guessed-utf8')))).toEqual([
    'info a.zip: names without an encoding were read as UTF-8: "a", "b", "c"',
  ]);
});

test('reports only backslashes that became separators', () => {
  expect(
    tell({ path: 'a/b', name: 'a\\b' }, { path: 'c', name: 'c' }, { path: 'd\\e', name: 'd\\e' }),
  ).toEqual(['warn a.zip: backslashes in names were read as folder separators: "a/b"']);
  expect(tell({ path: 'a', name: 'a' })).toEqual([]);
});
