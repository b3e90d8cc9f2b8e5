import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../temp-folder.ts';
import { fromWindowsPaths, toWindowsPaths } from './windows-paths.ts';

const LAUNCHER = { wine: '/wine', node: '/cache/node.exe', folder: '/tmp/tests', prefix: '/tmp/prefix' };

test.each([
  ['/tmp/tests/run-1/work/a b.zip', String.raw`t:\run-1\work\a b.zip`],
  ['--record=/tmp/tests/r', String.raw`--record=t:\r`],
  ["'/cache/node.exe' '/tmp/tests/print.cjs'", String.raw`'n:\node.exe' 't:\print.cjs'`],
  ['/tmp/tests', 't:\\'],
  ['/tmp/tests-of-others/a', '/tmp/tests-of-others/a'],
  ['http://127.0.0.1:80/v2/tmp', 'http://127.0.0.1:80/v2/tmp'],
  ['out/a.zip', 'out/a.zip'],
])('toWindowsPaths converts %s to %s', (path, wanted) => {
  expect(toWindowsPaths(path, LAUNCHER)).toBe(wanted);
});

test.each([
  [String.raw`T:\run-1\a b.zip: it is a folder`, '/tmp/tests/run-1/a b.zip: it is a folder'],
  [String.raw`cannot read t:\a; moved it to t:\b`, 'cannot read /tmp/tests/a; moved it to /tmp/tests/b'],
  [String.raw`{"path":"t:\\a\\b \"c\""}`, String.raw`{"path":"/tmp/tests/a/b \"c\""}`],
  [String.raw`it''s \d and x:\y`, String.raw`it''s \d and x:\y`],
])('fromWindowsPaths converts %s to %s', (text, wanted) => {
  expect(fromWindowsPaths(text, '/nowhere', LAUNCHER)).toBe(wanted);
});

test('fromWindowsPaths converts relative paths that exist in the working directory', () => {
  const folder = makeTempFolder();
  mkdirSync(join(folder, 'out'));
  writeFileSync(join(folder, 'out', 'a.zip'), '');
  expect(fromWindowsPaths(String.raw`out\a.zip, out\b.zip`, folder, LAUNCHER)).toBe(
    String.raw`out/a.zip, out\b.zip`,
  );
});
