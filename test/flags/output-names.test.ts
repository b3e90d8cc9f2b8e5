import { expect, test } from 'vitest';
import { checkOutputNames, type OutputNames } from '../../src/flags/output-names.ts';

const NONE: OutputNames = { output: null, folder: null, record: { file: null, onlyNew: false } };
const recordOf = (file: string) => ({ record: { file, onlyNew: false } });
const DOT = 'contains a name that ends with a dot or a space, which Windows removes';

test.each<[Partial<OutputNames>, 'USAGE' | 'DISK', string, string]>([
  [{ output: 'nul' }, 'USAGE', '-o nul contains nul, which is the name of a device on Windows', '-o'],
  [{ folder: 'ab:c' }, 'USAGE', '-D ab:c contains a colon, which Windows does not allow in file names', '-D'],
  [recordOf('r.'), 'USAGE', `--record r. ${DOT}`, '--record'],
  [{ output: 'a .zip', extract: true }, 'USAGE', `-o a  ${DOT}`, '-o'],
  [{ output: 'x'.repeat(246) }, 'DISK', `cannot write ${'x'.repeat(246)}: the name is too long`, '-o'],
  [{ folder: 'x'.repeat(256) }, 'DISK', `cannot write ${'x'.repeat(256)}: the name is too long`, '-D'],
  [recordOf('x'.repeat(251)), 'DISK', `cannot write ${'x'.repeat(251)}: the name is too long`, '--record'],
])('rejects %j only on Windows', (names, code, message, flag) => {
  const check = (platform: NodeJS.Platform) => () => checkOutputNames({ ...NONE, ...names }, platform);
  const details = { hint: `use another name with ${flag}` };
  expect(check('win32')).toThrow(expect.objectContaining({ code, message, details }));
  expect(check('linux')).not.toThrow();
});

test.each<Partial<OutputNames>>([
  {},
  { extract: true },
  { output: 'a .zip' },
  { output: 'x'.repeat(245) },
  { folder: 'x'.repeat(255) },
  recordOf('x'.repeat(250)),
])('accepts %j', (names) => {
  expect(() => checkOutputNames({ ...NONE, ...names }, 'win32')).not.toThrow();
});
