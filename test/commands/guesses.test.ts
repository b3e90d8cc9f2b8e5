import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import { startApi } from '../support/api/api-server.ts';
import { makeZipObject } from '../support/faults/served-object.ts';
import { runCommand } from './run-command.ts';

describe('commands and flags of other tools', () => {
  test.each([
    [['version'], "use 'streamdiver-dl --version'"],
    [['download', 'x'], "use 'streamdiver-dl fetch ID'"],
    [['get', 'x'], "use 'streamdiver-dl fetch ID'"],
    [['auth', 'login'], "use 'streamdiver-dl login'"],
    [['auth', 'logout'], "use 'streamdiver-dl logout'"],
    [['auth', 'status'], "use 'streamdiver-dl whoami'"],
    [['auth'], "use 'streamdiver-dl login'"],
    [['remove', 'x'], "use 'streamdiver-dl rm ID'"],
    [['search', 'x'], "use 'streamdiver-dl media list TEXT'"],
    [['media', 'search', 'x'], "use 'streamdiver-dl media list TEXT'"],
    [['media', 'get', 'x'], "use 'streamdiver-dl media show ID'"],
    [['config', 'show'], "use 'streamdiver-dl config list'"],
    [['unzip', 'x'], "use 'streamdiver-dl fetch ID -x'"],
    [['show', 'x'], "use 'streamdiver-dl status ID'"],
    [['status', 'x', '--follow'], 'use --wait'],
    [['fetch', 'x', '--wait'], 'fetch waits by default; use --no-wait to disable it'],
    [['fetch', 'x', '--resume'], 'fetch resumes by default; use --no-resume to disable it'],
    [['fetch', 'x', '-P', 'out'], 'use --dir'],
    [['fetch', 'x', '-O', 'out'], 'use --output'],
    [['fetch', 'x', '--bwlimit', '1M'], 'use --limit-rate'],
    [['fetch', 'x', '--force'], 'use --overwrite'],
    [['fetch', 'x', '--parallel', '2'], 'use --jobs'],
    [['create', '-f', 'body.json', '--lang', 'de'], 'use --language'],
    [['list', '--json', 'id,title'], 'use --json --fields id,title'],
    [['fetsh', 'x'], "did you mean 'streamdiver-dl fetch'?"],
    [['media', 'lst'], "did you mean 'streamdiver-dl media list'?"],
    [['fetch', 'x', '--extrat'], 'did you mean --extract?'],
    [['list', '--jsn'], 'did you mean --json?'],
    [['list', '--follow'], "Run 'streamdiver-dl list --help' for usage."],
    [['constructor'], "Run 'streamdiver-dl --help' for usage."],
    [['xyzzy'], "Run 'streamdiver-dl --help' for usage."],
  ])('%j: %s', async (line, hint) => {
    const run = await runCommand(line);
    expect(run).toMatchObject({ exitCode: 2, requests: [] });
    const isDocument = line.includes('--json');
    expect(run.stdout).toMatch(isDocument ? /^\{"error":.*\}\n$/ : /^$/);
    expect(run.stderr.trimEnd().split('\n').slice(1)).toEqual([`hint: ${hint}`]);
  });

  test('status --watch waits', async () => {
    const api = await startApi({ files: { file: makeZipObject(1_000) } });
    const run = await runCommand(['status', PACKAGE_ID, '--watch', '--timeout', '5m', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, json: { items: [{ ready: true }] } });
  });

  test('--silent is --quiet, --no-progress is --progress none, and --dest is --dir', async () => {
    const api = await startApi({ files: { file: makeZipObject(1_000) } });
    const silent = await runCommand(['fetch', PACKAGE_ID, '--silent', '--dest', 'out'], { api });
    expect(silent).toMatchObject({ exitCode: 0, stderr: '' });
    expect(silent.stdout).toMatch(/\/out\/[^/]+\n$/);
    const progress = await runCommand(['fetch', PACKAGE_ID, '--no-progress'], { api });
    expect(progress.exitCode).toBe(0);
    expect(progress.stderr).not.toMatch(/%|ready/);
    expect((await runCommand(['fetch', PACKAGE_ID, '--progress', 'plain'], { api })).stderr).toMatch(/ready/);
  });

  test('does not suggest fields for a word before --json', async () => {
    const run = await runCommand(['list', 'a-word', '--json']);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain("hint: Run 'streamdiver-dl list --help' for usage.");
  });
});
