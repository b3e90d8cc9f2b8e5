import { describe, expect, test } from 'vitest';
import { safePath } from '../../src/target-folder/safe-path.ts';

// More rejected names are in hostile-archives.ts, which makes whole archives of them.
describe('safePath', () => {
  test.each([
    'a',
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
    'family 👨\u200d👩\u200d👧.mp4',
    'می\u200cخواهم.srt',
    `${'x'.repeat(255)}/y`,
    `${'d/'.repeat(99)}x`,
  ])('keeps %j unchanged', (path) => {
    expect(safePath(path)).toEqual({ components: path.split('/'), offence: null });
  });

  test('strips the trailing slash of a folder', () => {
    expect(safePath('a/b/').components).toEqual(['a', 'b']);
  });

  test.each([
    ['a: b.srt', 'a_ b.srt'],
    ['Teil 1: Was ist das?.mp4', 'Teil 1_ Was ist das_.mp4'],
    ['a.txt:stream', 'a.txt_stream'],
    ['<>"|*', '_____'],
    ['foo..', 'foo__'],
    ['Vorwort./a ', 'Vorwort_/a_'],
    ['CON', 'CON_'],
    ['x/nul.tar.gz', 'x/nul_.tar.gz'],
    ['aux .txt', 'aux_ .txt'],
    ['conin$', 'conin$_'],
    ['lpt²', 'lpt²_'],
    ['\u00adsoft\u200e', '_soft_'],
    // Fits only after the replacements.
    ['\u200b'.repeat(100), '_'.repeat(100)],
  ])('case 88: changes %j to %j on every system', (path, portable) => {
    expect(safePath(path).components?.join('/')).toBe(portable);
  });

  test.each([
    ['x'.repeat(256), 'has a part longer than 255 bytes'],
    [`nul.${'x'.repeat(251)}`, 'has a part longer than 255 bytes'],
    [`${'d/'.repeat(100)}x`, 'is deeper than 100 folders'],
    ['', 'has no name'],
    ['a\0b', 'contains a NUL character'],
    ['a\\b', 'contains a backslash'],
    ['a/../b', 'leads out of the folder (..)'],
    ['a/./b', 'has a part that is only a dot'],
    ['a//', 'has an empty part'],
    ['/', 'is an absolute path'],
    ['\ud800', 'contains control or invisible characters'],
    ['soft\u2067', 'contains control or invisible characters'],
    ['..\u00ad', 'has a part of only dots and spaces'],
    ['.\u017ftreamdiver-dl-x/y', 'has a name reserved for temporary files'],
    ['...', 'has a part of only dots and spaces'],
    ['a/.. /b', 'has a part of only dots and spaces'],
    ['c:evil', 'begins with a drive letter'],
    ['.Streamdiver-DL-x/y', 'has a name reserved for temporary files'],
  ])('rejects %j', (path, offence) => {
    expect(safePath(path)).toEqual({ components: null, offence });
  });
});

test('accepts a path of 4096 bytes, but not one byte more', () => {
  const path = `${'x'.repeat(63)}/`.repeat(64).slice(0, -1);
  expect(safePath(`${path}x`).components).toHaveLength(64);
  expect(safePath(`${path}xx`).offence).toBe('is longer than 4096 bytes');
  // Also if the limit of the system is higher.
  expect(safePath(`${path}xx`, 8_192).offence).toBe('is longer than 4096 bytes');
});

test('counts the suffix of a device name toward the limit', () => {
  expect(safePath('con/nul', 8).offence).toBe('is longer than 8 bytes');
  expect(safePath('con/nul', 9).components).toEqual(['con_', 'nul_']);
});

test('scans a name of many dots only once, or this takes half a minute', { timeout: 10_000 }, () => {
  const path = `${'.'.repeat(4_000)}x`;
  for (let count = 0; count < 1_000; count++) {
    expect(safePath(path).offence).toBe('has a part longer than 255 bytes');
  }
});
