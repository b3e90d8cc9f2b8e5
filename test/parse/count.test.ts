import { describe, expect, test } from 'vitest';
import { parseCount } from '../../src/parse/count.ts';

describe('parseCount', () => {
  test.each([
    ['1', 1],
    ['50', 50],
    ['007', 7],
  ])('%s is %i', (text, count) => {
    expect(parseCount(text, { least: 1, most: 50 })).toBe(count);
  });

  test.each(['', '0', '51', '-1', '+1', '1.0', '1e1', ' 1', '0x1', 'one', '9'.repeat(16)])(
    'rejects %j',
    (text) => {
      expect(() => parseCount(text, { least: 1, most: 50 })).toThrow('is not a whole number from 1 to 50');
    },
  );
});
