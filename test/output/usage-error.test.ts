import { expect, test } from 'vitest';
import { runCommand } from '../commands/run-command.ts';

test.each<[readonly string[], string, string]>([
  [['fecth', 'id'], "unknown command 'fecth'", "did you mean 'streamdiver-dl fetch'?"],
  [['auth', 'logout'], "unknown command 'auth'", "use 'streamdiver-dl logout'"],
  [['auth'], "unknown command 'auth'", "use 'streamdiver-dl login'"],
  [['media', 'get', 'x'], "unknown command 'get'", "use 'streamdiver-dl media show ID'"],
  [['list', '--filter', 'x'], "unknown option '--filter'", 'use --status'],
  [['list', '--lmit', '5'], "unknown option '--lmit'", 'did you mean --limit?'],
  [['media', 'list', '--taag=x'], "unknown option '--taag'", 'did you mean --tag?'],
  [['list', '--qiet'], "unknown option '--qiet'", 'did you mean --quiet?'],
  [['list', '--degub'], "unknown option '--degub'", "Run 'streamdiver-dl list --help' for usage."],
  [['fetch', 'id', '--verify'], "unknown option '--verify'", 'fetch always verifies the download'],
  [['list', '--json', 'id,title'], "too many arguments for 'list'", 'use --json --fields id,title'],
  [['list', 'x'], "too many arguments for 'list'", "Run 'streamdiver-dl list --help' for usage."],
  [['media', 'show'], "missing required argument 'id'", "Run 'streamdiver-dl media show --help' for usage."],
  [
    ['list', '--token=secret'],
    "unknown option '--token'",
    "pipe the token to 'streamdiver-dl login --with-token', or set STREAMDIVER_TOKEN",
  ],
  [
    ['list', '--client-secret', 'x'],
    "unknown option '--client-secret'",
    "pipe the token to 'streamdiver-dl login --with-token', or set STREAMDIVER_TOKEN",
  ],
  [['list', '-Hsecret'], "unknown option '-H'", "Run 'streamdiver-dl list --help' for usage."],
  [['list', '--1=secret'], "unknown option '-…'", "Run 'streamdiver-dl list --help' for usage."],
])('rejects %j with a specific hint', async (line, message, hint) => {
  const run = await runCommand([...line, '--json']);
  expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'USAGE', hint } } });
  expect((run.json as { error: { message: string } }).error.message).toContain(message);
  expect(run.stdout + run.stderr).not.toContain('secret\n');
});

test.each([[[]], [['media']], [['config']]])('%j with --json fails with "no command given"', async (line) => {
  expect(await runCommand([...line, '--json'])).toMatchObject({
    exitCode: 2,
    json: {
      error: { code: 'USAGE', message: 'no command given', hint: "Run 'streamdiver-dl --help' for usage." },
    },
  });
  expect(await runCommand(line)).toMatchObject({ exitCode: 0, stderr: '' });
});

test.each(['--help', '--version'])('%s is not an error', async (flag) => {
  expect(await runCommand([flag])).toMatchObject({ exitCode: 0, stderr: '' });
});
