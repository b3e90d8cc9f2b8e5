import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { EXAMPLES } from '../../src/help/examples.ts';
import { runCommand } from '../commands/run-command.ts';
import { commandsOf, nameOf, parsesLine, program } from './command-tree.ts';

const COMMANDS = commandsOf(program);
const LINES = Object.values(EXAMPLES).flat();

describe.each([40, 80, 120])('%d columns', (columns) => {
  test.each(COMMANDS.map((command) => [nameOf(command), command] as const))('help %s fits', async (name) => {
    const { stdout } = await runCommand(['help', ...name.split(' ').filter(Boolean)], {
      isTTY: true,
      columns,
    });
    // A single word can be wider than a narrow terminal.
    const tooWide = stdout.split('\n').filter((line) => line.length > columns && / \S+ /.test(line.trim()));
    expect(tooWide).toEqual([]);
    expect(stdout).toMatch(/\nExamples:\n {2}# /);
  });

  test.each(['environment', 'exit-codes'])('help %s fits', async (topic) => {
    const { stdout } = await runCommand(['help', topic], { isTTY: true, columns });
    expect(stdout.split('\n').filter((line) => line.length > columns)).toEqual([]);
  });
});

test('prints descriptions below their flags on a narrow terminal', async () => {
  const { stdout } = await runCommand(['rm', '--help'], { isTTY: true, columns: 40 });
  expect(stdout).toContain('\n  --ignore-not-found\n      Treat a missing package as deleted\n');
});

test('COLUMNS takes precedence over the terminal width', async () => {
  const narrow = await runCommand(['fetch', '--help'], { env: { COLUMNS: '40' }, isTTY: true, columns: 120 });
  expect(narrow.stdout).toBe((await runCommand(['fetch', '--help'], { isTTY: true, columns: 40 })).stdout);
});

test('lists commands before flags and global flags after those of the command', async () => {
  const { stdout } = await runCommand(['--help']);
  expect(stdout).toMatch(/\n {2}rm, delete \[id\.\.\.\] +Delete packages/);
  expect(stdout).toMatch(/\n {2}completion <shell> +Print/);
  expect(stdout).toMatch(/^Usage:[^]*\nCommands:[^]*\nOutput:[^]*\nConnection:[^]*\nExamples:/);
  expect((await runCommand(['list', '--help'])).stdout).toMatch(
    /\nFilters:[^]*\nConnection:[^]*\nOutput:[^]*-h, --help[^]*\nExamples:/,
  );
});

test.each(LINES)('the example "%s" parses: %s', async (_what, line) => {
  expect(await parsesLine(line.replace(/ [<>|] .*/, ''))).toBe(true);
});

test('every visible flag has a group', () => {
  const ungrouped = COMMANDS.flatMap((command: Command) =>
    command.options
      .filter(({ hidden, helpGroupHeading }) => !hidden && helpGroupHeading === undefined)
      .map(({ long }) => `${nameOf(command)} ${long}`),
  );
  expect(ungrouped).toEqual([]);
});

test.each([
  [['fetsh', 'x'], "did you mean 'streamdiver-dl fetch'?"],
  [['media', 'lst'], "did you mean 'streamdiver-dl media list'?"],
  [['fetch', 'x', '--extrat'], 'did you mean --extract?'],
  [['list', '--jsn'], 'did you mean --json?'],
  [['list', '--format', 'jsno'], 'did you mean json?'],
  [['media', 'list', '--type', 'vidoe'], 'did you mean video?'],
  [['completion', 'zhs'], 'did you mean zsh?'],
  [['help', 'enviroment'], 'did you mean environment?'],
  [['help', 'media', 'shwo'], 'did you mean show?'],
])('%j: %s', async (line, suggestion) => {
  const run = await runCommand(line);
  expect(run).toMatchObject({ exitCode: 2, stdout: '', requests: [] });
  expect(run.stderr).toContain(`hint: ${suggestion}`);
});
