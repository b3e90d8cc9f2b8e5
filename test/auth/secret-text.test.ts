import { describe, expect, test } from 'vitest';
import { parseSecret } from '../../src/auth/secret-text.ts';

describe('parseSecret', () => {
  test.each([
    ['abc', 'abc'],
    [' abc\r\n', 'abc'],
    ['a~!"#$%&/()=', 'a~!"#$%&/()='],
  ])('%j is %j', (text, secret) => {
    expect(parseSecret(text, 'X')).toBe(secret);
  });

  test.each([
    ['', 'X is empty'],
    [' \n', 'X is empty'],
    ['a b', 'X has an illegal character at position 2'],
    ['äb', 'X has an illegal character at position 1'],
    ['abä', 'X has an illegal character at position 3'],
    ['x'.repeat(65_537), 'X is longer than 65536 characters'],
    ['a\u0000', 'X has an illegal character at position 2'],
  ])('rejects %j without repeating it', (text, message) => {
    expect(() => parseSecret(text, 'X')).toThrow(expect.objectContaining({ code: 'AUTH', message }));
  });
});
