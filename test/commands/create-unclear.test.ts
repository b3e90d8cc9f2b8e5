import { describe, expect, test } from 'vitest';
import { expectFailureDocument } from './output-documents.ts';
import { runCommand } from './run-command.ts';
import { calls, startEmpty } from './scene.ts';

describe('a create whose outcome is unclear', () => {
  test.each([
    ['the connection is reset after the package was made', true],
    ['an answer 500 comes after the package was made', false],
  ])('%s: one POST, and the package that is there is named', async (_name, isReset) => {
    const api = await startEmpty();
    api.script('POST /v2/downloads', async (_request, reply) => {
      const made = { id: 'made-1', status: 'preparing', title: 'Trip', created: '2026-01-15T12:00:05Z' };
      const other = { id: 'old-1', status: 'ready', title: 'Trip', created: '2025-12-01T12:00:00Z' };
      api.packages.set(other.id, other);
      api.packages.set(made.id, made);
      await (isReset ? reply.reset() : reply.json(500, { status: 'error', message: 'oops' }));
    });
    const run = await runCommand(['create', '-m', 'm1', '--title', 'Trip', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 6,
      json: { error: { code: 'UNAVAILABLE', next: ['streamdiver-dl fetch made-1'] } },
    });
    expectFailureDocument('create', run.json);
    expect(run.stderr).toContain('made-1 (preparing)');
    expect(run.stderr).not.toContain('old-1');
    expect(calls(api)).toEqual(['POST /v2/downloads', 'GET /v2/downloads?perPage=50&page=0']);
  });

  test('says so when the list has no such package', async () => {
    const api = await startEmpty({ script: { 'POST /v2/downloads': { raw: '', after: 'reset' } } });
    const run = await runCommand(['create', '-m', 'm1', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 6, json: { error: { next: [] } } });
    expect(run.stderr).toContain('probably not created');
    expect(api.requestsOf('POST /v2/downloads')).toHaveLength(1);
  });

  test('says so when the list cannot be read either', async () => {
    const api = await startEmpty({
      script: { 'POST /v2/downloads': { raw: '', after: 'reset' }, 'GET /v2/downloads': 403 },
    });
    const run = await runCommand(['create', '-m', 'm1', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 6, json: { error: { next: ['streamdiver-dl list'] } } });
    expect(api.requestsOf('POST /v2/downloads')).toHaveLength(1);
  });

  test.each([
    [429, 6],
    [400, 7],
    [401, 4],
    [403, 4],
  ])('HTTP %i is clear: exit code %i, one POST, no look at the list', async (status, exitCode) => {
    const api = await startEmpty({ script: { 'POST /v2/downloads': status } });
    const run = await runCommand(['create', '-m', 'm1', '--json'], { api });
    expect(run.exitCode).toBe(exitCode);
    expect(calls(api)).toEqual(['POST /v2/downloads']);
  });

  test('nothing is asked when nobody was reached', async () => {
    const run = await runCommand(['create', '-m', 'm1', '--api-url', 'http://127.0.0.1:1/v2', '--json']);
    expect(run).toMatchObject({ exitCode: 6, json: { error: { code: 'UNAVAILABLE' } } });
    expect(run.stderr).not.toContain('not clear');
  });
});
