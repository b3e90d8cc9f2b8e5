import { expect, test } from 'vitest';
import { parseJson } from '../../src/parse/json.ts';
import { matchesPath, parsePathPattern } from '../../src/patterns/path-pattern.ts';

const nested = (depth: number) => Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`);

test('accepts JSON with 200 levels and rejects 201', () => {
  // The innermost array is empty, so it counts as the level of a value.
  expect(parseJson(nested(200), 'x')).toBeInstanceOf(Array);
  expect(() => parseJson(nested(201), 'x')).toThrow('x is nested more than 200 levels deep');
});

test.each<[string, string, boolean]>([
  ['[a-]', 'a', true],
  ['[a-]', '-', true],
  ['[a-]', 'b', false],
  ['[a-c]', 'b', true],
  ['[a-c]', '-', false],
])('%s matches %s: %j', (pattern, name, isMatched) => {
  expect(matchesPath(parsePathPattern(pattern), name)).toBe(isMatched);
});
