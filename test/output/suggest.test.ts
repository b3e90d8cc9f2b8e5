import { describe, expect, test } from 'vitest';
import { suggestCommand, suggestFields, suggestFlag } from '../../src/output/suggest.ts';

describe('suggestCommand', () => {
  const suggest = (commandPath: string, word: string, following = '') =>
    suggestCommand(word, following, { commandPath, commands: ['fetch', 'list', 'show'], flags: [] });

  test.each([
    ['', 'download', '', "use 'streamdiver-dl fetch ID'"],
    ['', 'DOWNLOAD', '', "use 'streamdiver-dl fetch ID'"],
    ['', 'sign-in', '', "use 'streamdiver-dl login'"],
    ['', 'sign-out', '', "use 'streamdiver-dl logout'"],
    ['', 'auth', '', "use 'streamdiver-dl login'"],
    ['', 'auth', 'login', "use 'streamdiver-dl login'"],
    ['', 'auth', 'logout', "use 'streamdiver-dl logout'"],
    ['', 'auth', 'status', "use 'streamdiver-dl whoami'"],
    ['', 'auth', 'token', "use 'streamdiver-dl whoami'"],
    ['', 'auth', 'constructor', "use 'streamdiver-dl login'"],
    ['', 'fecth', '', "did you mean 'streamdiver-dl fetch'?"],
    ['', 'LIST', '', "did you mean 'streamdiver-dl list'?"],
    ['media', 'get', '', "use 'streamdiver-dl media show ID'"],
    ['media', 'lits', '', "did you mean 'streamdiver-dl media list'?"],
    ['media', 'auth', '', null],
    ['config', 'rm', '', "use 'streamdiver-dl config unset KEY'"],
    ['media', 'download', '', null],
    ['', 'constructor', '', null],
    ['toString', 'x', '', null],
    ['', 'nonsense', '', null],
  ])('%j, then %j and %j: %j', (path, word, following, hint) => {
    expect(suggest(path, word, following)).toBe(hint);
  });
});

describe('suggestFlag', () => {
  const suggest = (commandPath: string, flag: string, flags: readonly string[]) =>
    suggestFlag(flag, { commandPath, commands: [], flags });

  test.each<[string, string, readonly string[], string | null]>([
    ['fetch', '--wait', ['--no-wait'], 'fetch waits by default; use --no-wait to disable it'],
    ['fetch', '--verify', [], 'fetch always verifies the download'],
    ['status', '--verify', [], null],
    ['fetch', '-P', ['--dir'], 'use --dir'],
    ['list', '-P', ['--page'], null],
    ['fetch', '--file', ['--from-file'], 'use --from-file'],
    ['fetch', '--file', ['--output', '--from-file'], 'use --output'],
    ['fetch', '--outptu', ['--output', '-o'], 'did you mean --output?'],
    ['fetch', '--OUTPUT', ['--output'], 'did you mean --output?'],
    ['fetch', '--xyzzy', ['--output'], null],
    ['fetch', '-output', ['--output'], null],
    ['fetch', '--constructor', ['--output'], null],
    ['fetch', '--oo', ['-o', '-oo'], null],
    ['fetch', '--ab', ['--cd'], null],
  ])('%s %s among %j: %j', (path, flag, flags, hint) => {
    expect(suggest(path, flag, flags)).toBe(hint);
  });
});

test.each<[readonly string[], string | null]>([
  [['list', '--json', 'id,status'], 'use --json --fields id,status'],
  [['list', '--json', 'id'], 'use --json --fields id'],
  [['list', '--json'], null],
  [['list', '--json', 'a-b'], null],
  [['list', '--json', 'id,'], null],
  [['id', 'x'], null],
])('%j: %j', (words, hint) => {
  expect(suggestFields(words)).toBe(hint);
});
