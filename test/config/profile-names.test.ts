import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readProfileNames } from '../../src/config/profile-names.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

test.each<[string, readonly string[]]>([
  ['{"profiles":{"default":{},"work":{}}}', ['default', 'work']],
  ['{}', []],
  ['{"profiles":7}', []],
  ['{"profiles":["a"]}', []],
  ['null', []],
  ['[]', []],
  ['{"profiles"', []],
])('the profiles of %s are %j', (text, names) => {
  const folder = makeTempFolder();
  writeFileSync(join(folder, 'config.json'), text);
  expect(readProfileNames(folder)).toEqual(names);
});

test('returns none without a folder or a file', () => {
  expect(readProfileNames(null)).toEqual([]);
  expect(readProfileNames(makeTempFolder())).toEqual([]);
});

test('are read from a file of 1 MiB, but not one byte more', () => {
  const folder = makeTempFolder();
  const readWith = (sizeBytes: number) => {
    writeFileSync(join(folder, 'config.json'), '{"profiles":{"work":{}}}'.padEnd(sizeBytes));
    return readProfileNames(folder);
  };
  expect([readWith(1_048_576), readWith(1_048_577)]).toEqual([['work'], []]);
});
