import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import { startApi } from '../support/api/api-server.ts';
import { makeZipObject } from '../support/faults/served-object.ts';
import { runCommand } from './run-command.ts';

describe('--quiet', () => {
  test.each([
    ['list', '-L', '1'],
    ['status', PACKAGE_ID],
    ['fetch', PACKAGE_ID, '--sha256'],
    ['create', '-m', 'm1', '--expires', '2026-12-31'],
    ['rm', '--yes', PACKAGE_ID],
    ['create', '-m', 'm1', '--fetch', '-D', 'out'],
  ])('%s %s %s %s prints only the result', async (...line) => {
    const api = await startApi({ files: { one: makeZipObject(1_000) } });
    const run = await runCommand([...line.filter((word) => word !== undefined), '-q'], { api });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).not.toBe('');
  });

  test('still prints errors', async () => {
    const api = await startApi();
    const run = await runCommand(['status', 'missing', '--quiet'], { api });
    expect(run).toMatchObject({ exitCode: 3, stdout: '' });
    expect(run.stderr).toMatch(/^error: no package with ID missing.*\n$/);
  });
});

describe('--verbose', () => {
  test('-v prints method, URL without query, status, and time of each request', async () => {
    const api = await startApi();
    const run = await runCommand(['list', '-v'], { api });
    const lines = run.stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines)
      expect(line).toMatch(/^GET http:\/\/127\.0\.0\.1:\d+\/v2\/downloads 200 \d+ ms$/);
  });

  test('-v prints the request ID of a failure, which the JSON document also contains', async () => {
    const headers = { 'X-Request-Id': 'req-77' };
    const api = await startApi({ script: { 'GET /v2/downloads': { status: 403, json: {}, headers } } });
    const run = await runCommand(['list', '-v', '--json'], { api });
    expect(run.json).toMatchObject({ error: { requestId: 'req-77', httpStatus: 403 } });
    expect(run.stderr).toContain('request ID: req-77');
    expect((await runCommand(['list'], { api })).stderr).not.toContain('req-77');
  });

  test.each(['-vv', '--debug'])(
    '%s prints the headers, without the credential and without queries',
    async (flag) => {
      const api = await startApi();
      const run = await runCommand(['media', 'list', 'secret-words', flag], { api });
      expect(run.stderr).toMatch(/^> GET http:\/\/127\.0\.0\.1:\d+\/v2\/search\?…$/m);
      expect(run.stderr).toMatch(/^> authorization: \*\*\*$/m);
      expect(run.stderr).toMatch(/^> user-agent: streamdiver-dl\/\d/m);
      expect(run.stderr).toMatch(/^< 200$/m);
      expect(run.stderr).toMatch(/^< content-type: application\/json$/m);
      expect(run.stderr).not.toContain('secret-words');
      expect((await runCommand(['media', 'list', '-v'], { api })).stderr).not.toContain('authorization');
    },
  );
});

describe('GITHUB_ACTIONS', () => {
  test('prints a failure as one escaped ::error line to stderr', async () => {
    const message = '100%\nbroken\n::add-mask::x';
    const api = await startApi({ script: { 'GET /v2/downloads': { status: 400, json: { message } } } });
    const run = await runCommand(['list', '--json'], { api, env: { GITHUB_ACTIONS: 'true' } });
    expect(run.exitCode).toBe(7);
    const commands = run.stderr.split('\n').filter((line) => line.startsWith('::'));
    expect(commands).toHaveLength(1);
    expect(commands[0]).toMatch(/^::error title=streamdiver-dl::.*100%25%0Abroken%0A/);
    expect(run.stdout).not.toContain('\n::');
  });

  test('prints no ::error line for a success, or outside GitHub Actions', async () => {
    const api = await startApi();
    const env = { GITHUB_ACTIONS: 'true' };
    expect((await runCommand(['list'], { api, env })).stderr).not.toContain('::');
    expect((await runCommand(['status', 'missing'], { api })).stderr).not.toContain('::');
  });
});

test.each([[[]], [['media']]])('%j alone prints help to stdout', async (line) => {
  const run = await runCommand(line);
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(run.stdout).toMatch(/^Usage: streamdiver-dl /);
  const json = await runCommand([...line, '--json']);
  expect(json).toMatchObject({ exitCode: 2, json: { error: { code: 'USAGE' } } });
});

test.each(['-V', '--version'])('%s prints only the version', async (flag) => {
  const run = await runCommand([flag]);
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(run.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each([
  [['fetch', 'id', '-o', '-', '--rm'], "Run 'streamdiver-dl fetch --help' for usage."],
  [['--quiet', 'ls', '--all', '--limit', '5'], "Run 'streamdiver-dl list --help' for usage."],
  [['media', 'list', '--all', '-L', '1'], "Run 'streamdiver-dl media list --help' for usage."],
  [['media', 'show'], "Run 'streamdiver-dl media show --help' for usage."],
  [['--xyzzy', 'fetch'], "Run 'streamdiver-dl --help' for usage."],
  [['xyzzyxyzzy'], "Run 'streamdiver-dl --help' for usage."],
])('the hint after a usage error names the right command: %j', async (line, hint) => {
  const run = await runCommand([...line, '--json']);
  expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'USAGE', hint } } });
});
