import { describe, expect, test } from 'vitest';
import { startApi } from '../support/api/api-server.ts';
import { makeZipObject } from '../support/faults/served-object.ts';
import { runCommand } from './run-command.ts';
import { calls } from './scene.ts';

const FIRST = '5f0c2b9e-7d41-4a36-9e58-c1d2e3f4a500';
const SECOND = '5f0c2b9e-7d41-4a36-9e58-c1d2e3f4a511';
const OTHER = 'B4BEF371-0000-4000-8000-000000000001';
const SHORT = 'abcdef01';

function start() {
  return startApi({
    files: { file: makeZipObject(1_000) },
    packages: [FIRST, SECOND, OTHER, SHORT].map((id) => ({ id, files: ['file'] })),
  });
}

describe('a unique prefix of a package ID', () => {
  test.each([
    ['status', ['b4bef371', '--format', 'id']],
    ['status', ['B4BEF3', '--format', 'id']],
    ['rm', ['b4bef371', '--yes']],
  ])('%s %j finds the package', async (command, words) => {
    const api = await start();
    const run = await runCommand([command, ...words], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${OTHER}\n` });
  });

  test('without a match, reports the word as typed', async () => {
    const run = await runCommand(['status', 'b4bef372'], { api: await start() });
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toMatch(/^error: no package with ID b4bef372\n/);
  });

  test('fetch and contents report the complete ID', async () => {
    const api = await start();
    const fetched = await runCommand(['fetch', 'b4bef3', '--json'], { api });
    expect(fetched).toMatchObject({ exitCode: 0, json: { results: [{ id: OTHER }] } });
    const listed = await runCommand(['contents', 'b4bef3', '--json'], { api });
    expect(listed).toMatchObject({ exitCode: 0, json: { id: OTHER } });
  });

  test('counts a package given twice only once', async () => {
    const api = await start();
    const run = await runCommand(['status', 'b4bef371', OTHER, '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, json: { count: 1 } });
  });

  test('an ambiguous prefix exits with 2, names the packages, and deletes nothing', async () => {
    const api = await start();
    const run = await runCommand(['rm', '5f0c2b9e', '--yes', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 2, json: { error: { code: 'USAGE' } } });
    expect(run.stderr).toBe(
      `error: ambiguous package ID 5f0c2b9e: matches ${FIRST}, ${SECOND}\nhint: use more characters of the ID\n`,
    );
    expect(api.packages.size).toBe(4);
  });

  test('a complete ID takes precedence over a prefix', async () => {
    const api = await startApi({ packages: [{ id: SHORT }, { id: `${SHORT}-0000-4000-8000-000000000001` }] });
    const run = await runCommand(['rm', SHORT, '--yes'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${SHORT}\n` });
  });

  test.each([[FIRST], ['b4bef'], ['an-opaque-one']])('%s needs no list request', async (word) => {
    const api = await start();
    await runCommand(['status', word], { api });
    expect(calls(api)).toEqual([`GET /v2/downloads/${word}`]);
  });

  test('without a usable list, treats the word as a complete ID', async () => {
    const api = await startApi({
      packages: [{ id: SHORT }],
      script: { 'GET /v2/downloads': { status: 200, json: { data: { odd: true } } } },
    });
    const run = await runCommand(['status', SHORT, '--format', 'id'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${SHORT}\n` });
  });
});

describe('a package URL', () => {
  test.each(['', '/', '?a=b'])('with %j after the ID names the package', async (end) => {
    const api = await start();
    const run = await runCommand(['status', `${api.origin}/v2/downloads/${OTHER}${end}`, '--format', 'id'], {
      api,
    });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${OTHER}\n` });
  });

  test.each([
    'https://elsewhere.example/v2/downloads/x?signature=secret',
    '{origin}/v2/media/x',
    '{origin}/v2/downloads/',
    '{origin}/v2/downloads/file/x',
  ])('rejects %s before any request', async (text) => {
    const api = await start();
    const run = await runCommand(['fetch', text.replace('{origin}', api.origin)], { api });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(
      /^error: not a package URL of .*\nhint: use a URL such as .*\/v2\/downloads\/ID\n$/,
    );
    expect(run.stderr).not.toContain('secret');
    expect(calls(api)).toEqual([]);
  });
});
