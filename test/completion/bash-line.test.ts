import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitBashLine } from '../../src/completion/bash-line.ts';

test.each([
  ['p ', [''], '', ''],
  ['p fetch', ['fetch'], 'fetch', ''],
  ['p  fetch\t', ['fetch', ''], '', ''],
  ["p 'a b", ['a b'], "'a b", "'"],
  ['p "a b" "c', ['a b', 'c'], '"c', '"'],
  ['p a\\ b', ['a b'], 'a\\ b', ''],
  ['p "\\$x\\n', ['$x\\n'], '"\\$x\\n', '"'],
  ["p '' x", ['', 'x'], 'x', ''],
  ["p --profile='my p", ['--profile=my p'], "--profile='my p", "'"],
  ['p a\\', ['a'], 'a\\', ''],
] as const)('%j', (line, words, lastRaw, openQuote) => {
  expect(splitBashLine(line)).toEqual({ words, lastRaw, openQuote });
});

// Each line starts its own bash.
test('removes quotes like bash', { timeout: 120_000 }, () => {
  const word = fc.string({
    unit: fc.constantFrom('a', 'b', ' ', "'", '"', '\\', '-', '=', ':', 'é'),
    maxLength: 8,
  });
  const lines: string[] = [];
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (parts) => {
      const line = `p ${parts.join(' ')}`;
      const { words, openQuote } = splitBashLine(line);
      // Bash would wait for the closing quote, or for a character after a final backslash.
      fc.pre(openQuote === '' && !/(^|[^\\])(\\\\)*\\$/.test(line) && !/\s$/.test(line));
      lines.push(line);
      const output = execFileSync('bash', ['-c', `printf '%s\\0' ${line.slice(2)}`], { encoding: 'utf8' });
      expect(words).toEqual(output.split('\0').slice(0, -1));
    }),
    { numRuns: 60 },
  );
  expect(lines.length).toBeGreaterThan(30);
});
