import { expect, test } from 'vitest';
import { withoutLongPrefix } from '../../src/disk/resolve-path.ts';

test.each([
  ['\\\\?\\Z:\\dir', 'Z:\\dir'],
  ['//?/Z:/dir', 'Z:/dir'],
  ['\\\\?\\UNC\\server\\share\\dir', '\\\\server\\share\\dir'],
  ['\\\\?\\Volume{1}\\dir', '\\\\?\\Volume{1}\\dir'],
  ['\\\\server\\share\\dir', '\\\\server\\share\\dir'],
  ['Z:\\dir', 'Z:\\dir'],
])('shortens the long Windows path %j to %j', (file, plain) => {
  expect(withoutLongPrefix(file)).toBe(plain);
});
