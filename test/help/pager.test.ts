import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCommand } from '../commands/run-command.ts';
import { runInPty } from '../support/process/pty.ts';
import { makeEnv, makePlace } from '../support/process/run-place.ts';

const BINARY = fileURLToPath(new URL('../../bin/streamdiver-dl.js', import.meta.url));
const PAGER = 'sed "s/^/| /"';

async function screenOf(args: readonly string[], env: Readonly<Record<string, string>>) {
  const place = makePlace();
  const pty = runInPty({
    command: process.execPath,
    args: [BINARY, ...args],
    cwd: place.cwd,
    env: { ...makeEnv(place, {}), COLUMNS: '70', ...env },
    rows: 200,
  });
  const { exitCode } = await pty.exited;
  return { exitCode, screen: pty.screen() };
}

test.each([[['help', 'rm']], [['rm', '--help']], [['help', 'exit-codes']], [[]]])(
  '%j goes through the pager on a terminal',
  async (line) => {
    const { exitCode, screen } = await screenOf(line, { PAGER });
    expect(exitCode).toBe(0);
    expect(screen.split('\n').filter((text) => !text.startsWith('|'))).toEqual([]);
    expect(screen).not.toBe('');
  },
);

test.each([{}, { PAGER: '' }, { PAGER: 'cat' }])('prints help directly with %j', async (env) => {
  expect((await screenOf(['rm', '--help'], env)).screen).toMatch(/^Usage: streamdiver-dl rm/);
});

test('a pager that exits early causes no failure', async () => {
  expect(await screenOf(['--help'], { PAGER: 'head -n 1' })).toEqual({
    exitCode: 0,
    screen: 'Usage: streamdiver-dl COMMAND [flags]',
  });
});

test('sets NoDefaultCurrentDirectoryInExePath for the pager', async () => {
  const { screen } = await screenOf(['--help'], { PAGER: 'echo "<$NoDefaultCurrentDirectoryInExePath>"' });
  expect(screen).toBe('<1>');
});

test('uses no pager in a pipe or for other commands', async () => {
  const piped = await runCommand(['rm', '--help'], { env: { PAGER } });
  expect(piped.stdout).toMatch(/^Usage: streamdiver-dl rm/);
  expect((await screenOf(['config', 'path'], { PAGER })).screen).toMatch(/^\//);
});
