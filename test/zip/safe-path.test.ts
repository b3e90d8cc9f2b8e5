import { describe, expect, test } from 'vitest';
import { checkEntryPath, pathComponents } from '../../src/zip/safe-path.ts';

// The names that are refused are in hostile-archives.ts, where whole archives are made of them.
describe('names of entries', () => {
  test.each([
    'a',
    'a/',
    'a/b.txt',
    '..foo',
    '...a',
    '.hidden/x',
    '-rf',
    '~/x',
    'console.log',
    'com10',
    'nulls/auxiliary',
    'a b/c d.mp4',
    'Ünïcödé 漢字 👍.mp4',
    `${'x'.repeat(255)}/y`,
    `${'d/'.repeat(99)}x`,
  ])('%j is accepted', (path) => {
    expect(checkEntryPath(path)).toBeNull();
  });

  test.each([
    ['foo..', 'has a part that ends in a dot or a space'],
    ['x'.repeat(256), 'has a part longer than 255 bytes'],
    [`${'d/'.repeat(100)}x`, 'is deeper than 100 folders'],
    ['a//', 'has an empty part'],
    ['/', 'is an absolute path'],
    ['\ud800', 'contains control or invisible characters'],
    ['\u00adsoft', 'contains control or invisible characters'],
    ['conin$', 'is a device name on Windows'],
    ['aux .txt', 'is a device name on Windows'],
  ])('%j is refused', (path, reason) => {
    expect(checkEntryPath(path)).toBe(reason);
  });

  test('are split at slashes, a last one aside', () => {
    expect(pathComponents('a/b/')).toEqual(['a', 'b']);
    expect(pathComponents('a/b')).toEqual(['a', 'b']);
  });
});
