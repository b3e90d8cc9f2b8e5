import { expect, test } from 'vitest';
import { windowsNameProblem } from '../../src/disk/windows-name.ts';

const forbids = (character: string) => `contains ${character}, which Windows does not allow in file names`;
const device = (name: string) => `contains ${name}, which is the name of a device on Windows`;

test.each([
  ['a.zip', null],
  ['C:\\data\\..\\.\\a.zip', null],
  ['\\\\?\\C:\\data\\\\a.zip', null],
  ['//./C:/data/a.zip', null],
  ['data/a:b.zip', 'contains a colon, which Windows does not allow in file names'],
  ['a:\\b:c', 'contains a colon, which Windows does not allow in file names'],
  ['a?b', forbids('?')],
  ['a|b/c', forbids('|')],
  ['a\x01b', 'contains a control character, which Windows does not allow in file names'],
  ['data/NUL', device('NUL')],
  ['com1.txt', device('com1.txt')],
  ['com¹ .txt', device('com¹ .txt')],
  ['conin$', device('conin$')],
  ['console', null],
  ['com10', null],
  ['a.', 'contains a name that ends with a dot or a space, which Windows removes'],
  ['a /b', 'contains a name that ends with a dot or a space, which Windows removes'],
])('path %j: %j', (path, reason) => {
  expect(windowsNameProblem(path)).toEqual(reason === null ? null : { kind: 'invalid', reason });
});

test.each([
  [255, 0, null],
  [256, 0, 'too-long'],
  [250, 5, null],
  [251, 5, 'too-long'],
])('a name of %i characters with %i reserved: %j', (length, reserved, kind) => {
  const problem = windowsNameProblem(`data/${'x'.repeat(length)}`, reserved);
  expect(problem).toEqual(kind === null ? null : { kind, reason: 'the name is too long' });
});

test('reserves no characters by default', () => {
  expect(windowsNameProblem('x'.repeat(255))).toBeNull();
  expect(windowsNameProblem('x'.repeat(256))).not.toBeNull();
});
