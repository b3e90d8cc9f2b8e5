import { spawnSync } from 'node:child_process';
import { array, assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeText } from '../../../src/terminal/text/escape.ts';
import { commandLine, quoteForShell } from '../../../src/terminal/text/shell-quote.ts';

/** What a shell makes of the words of a command line. */
function readBack(shell: string, line: string): string[] {
  const { stdout, status, stderr } = spawnSync(shell, ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\0').slice(0, -1);
}

describe('quoteForShell', () => {
  test.each([
    ['download-42', 'download-42'],
    ['/tmp/a_b.zip', '/tmp/a_b.zip'],
    ['--timeout=6h', '--timeout=6h'],
    ['', "''"],
    ['two words', "'two words'"],
    ["it's", "'it'\\''s'"],
    ['=ls', "'=ls'"],
    ['~', "'~'"],
    ['a\nb', "$'a\\x0ab'"],
  ])('%j is written %s', (argument, quoted) => {
    expect(quoteForShell(argument)).toBe(quoted);
  });

  test('for PowerShell a quote is doubled and a comma is quoted', () => {
    expect(["it's", 'a,b', 'a.zip'].map((word) => quoteForShell(word, 'win32'))).toEqual([
      "'it''s'",
      "'a,b'",
      'a.zip',
    ]);
  });

  test('case 118: a name from the server that is pasted into a shell is one word and runs nothing', () => {
    const names = [
      '$(touch x)',
      '`id`',
      '; rm -rf ~',
      '| sh',
      '&& id',
      '"$HOME"',
      "'$(id)'",
      '*',
      '!!',
      '-rf',
      '{a,b}',
      '<x>',
    ];
    expect(readBack('sh', commandLine(names))).toEqual(names);
  });

  test('case 118: any words come back from bash as they were, and the line needs no escaping to be shown', {
    timeout: 120_000,
  }, () => {
    const word = string({ unit: constantFrom(...Array.from('ab \'"\\$`\n\r\t\x1b\u202eé日=~#-')) });
    assert(
      property(array(word, { minLength: 1, maxLength: 20 }), (words) => {
        const line = commandLine(words);
        expect(escapeText(line)).toBe(line);
        expect(readBack('bash', line)).toEqual(words);
      }),
      { numRuns: 50 },
    );
  });
});
