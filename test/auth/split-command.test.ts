import { describe, expect, test } from 'vitest';
import { splitCommand } from '../../src/auth/split-command.ts';

describe('splitCommand', () => {
  test.each([
    ['pass', ['pass']],
    ['  pass  show\tstreamdiver \n', ['pass', 'show', 'streamdiver']],
    ["op read 'op://vault/a b'", ['op', 'read', 'op://vault/a b']],
    ['"C:\\Program Files\\op.exe" read', ['C:\\Program Files\\op.exe', 'read']],
    ['a "b \\"c\\" \\\\"', ['a', 'b "c" \\']],
    ['a\'b\'"c"d', ['abcd']],
    ["a ''", ['a', '']],
    ['C:\\op.exe', ['C:\\op.exe']],
    ["sh -c 'a | b > c'", ['sh', '-c', 'a | b > c']],
    ["a '|'", ['a', '|']],
    ['a $HOME `b` *', ['a', '$HOME', '`b`', '*']],
  ])('%j is %j', (text, words) => {
    expect(splitCommand(text)).toEqual(words);
  });

  test.each([
    ['"\\\\server\\share\\op.exe" read', ['\\\\server\\share\\op.exe', 'read']],
    ['a "C:\\b c\\\\" d', ['a', 'C:\\b c\\', 'd']],
    ['a "b \\"c\\"" "\\\\\\"d"', ['a', 'b "c"', '\\"d']],
    ["a '\\\\b' \\\\c", ['a', '\\\\b', '\\\\c']],
  ])('keeps backslashes of paths on Windows: %j is %j', (text, words) => {
    expect(splitCommand(text, 'win32')).toEqual(words);
  });

  test.each([
    '',
    ' ',
    "'a",
    'a "b',
    '"a\\"',
    "'' a",
    'a | b',
    'a && b',
    'a > b',
    'a 2 ; b',
    'a < b',
    'a 2>&1 |',
  ])('rejects %j', (text) => {
    expect(() => splitCommand(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
