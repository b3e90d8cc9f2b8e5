import { expect, test } from 'vitest';
import { parseJson } from '../../src/parse/json.ts';
import { matchesPath, parsePathPattern } from '../../src/patterns/path-pattern.ts';

const nested = (depth: number) => Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`);

test('JSON of 200 levels is read, of 201 not', () => {
  // The innermost array holds nothing, so it is the level of its own value.
  expect(parseJson(nested(200), 'x')).toBeInstanceOf(Array);
  expect(() => parseJson(nested(201), 'x')).toThrow('x is nested more than 200 levels deep');
});

test.each<[string, string, boolean]>([
  ['[a-]', 'a', true],
  ['[a-]', '-', true],
  ['[a-]', 'b', false],
  ['[a-c]', 'b', true],
  ['[a-c]', '-', false],
])('%s and %s: %j', (pattern, name, isMatched) => {
  expect(matchesPath(parsePathPattern(pattern), name)).toBe(isMatched);
});
