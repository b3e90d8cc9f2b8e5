import { spawnSync } from 'node:child_process';
import { array, assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeText } from '../../../src/terminal/text/escape.ts';
import {
  assignmentLine,
  commandLine,
  commandLines,
  quoteForShell,
} from '../../../src/terminal/text/shell-quote.ts';

/** The words that a shell parses from a command line. */
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
  ])('quotes %j as %s', (argument, quoted) => {
    expect(quoteForShell(argument)).toBe(quoted);
  });

  test('doubles single quotes and quotes commas for PowerShell', () => {
    expect(["it's", 'a,b', 'a.zip'].map((word) => quoteForShell(word, 'win32'))).toEqual([
      "'it''s'",
      "'a,b'",
      'a.zip',
    ]);
  });

  test('quotes even a safe value of a variable in PowerShell', () => {
    const lines = ['http://127.0.0.1:80/v2', "it's"].map((value) =>
      (['linux', 'win32'] as const).map((platform) => assignmentLine('URL', value, platform)),
    );
    expect(lines).toEqual([
      ['export URL=http://127.0.0.1:80/v2', "$env:URL = 'http://127.0.0.1:80/v2'"],
      [String.raw`export URL='it'\''s'`, "$env:URL = 'it''s'"],
    ]);
  });

  test('case 118: makes each name from the server one shell word that runs nothing', () => {
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

  test('case 118: round-trips any words through bash in a line that needs no escaping', {
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

describe('commandLines', () => {
  const words = ['tool', 'fetch', 'id', '--dir', 'out', '-x', '--include', '*.srt'];
  const lines = (width: number, platform: NodeJS.Platform = 'linux') =>
    commandLines(words, { platform, width });

  test.each([
    [51, ["tool fetch id --dir out -x --include '*.srt'"]],
    [46, ["tool fetch id --dir out -x --include '*.srt'"]],
    [45, ['tool fetch id --dir out -x \\', "  --include '*.srt'"]],
    [28, ['tool fetch id --dir out -x \\', "  --include '*.srt'"]],
    [27, ['tool fetch id --dir out \\', "  -x --include '*.srt'"]],
    [1, ['tool fetch id \\', '  --dir out \\', '  -x \\', "  --include '*.srt'"]],
  ])('wraps a command to %i cells', (width, wanted) => {
    expect(lines(width)).toEqual(wanted);
  });

  test('uses the PowerShell continuation on Windows', () => {
    expect(lines(30, 'win32')[0]).toBe('tool fetch id --dir out -x `');
  });
});

test.each([
  ["a'\u202e", "$'a\\'\\xe2\\x80\\xae'"],
  ['a\\\t', "$'a\\\\\\x09'"],
  ['%a', "'%a'"],
  ['#a', "'#a'"],
  ['a%', 'a%'],
  ['@a', '@a'],
])('quotes %j as %s', (argument, quoted) => {
  expect(quoteForShell(argument)).toBe(quoted);
});

test.each([
  ['a@b', "'a@b'"],
  ['=a', "'=a'"],
  ['', "''"],
  ['a=b', 'a=b'],
])('quotes %j for PowerShell as %s', (argument, quoted) => {
  expect(quoteForShell(argument, 'win32')).toBe(quoted);
});
