import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CREATED_ID_PREFIX } from '../../support/api/api-packages.ts';
import type { RunControl } from '../../support/process/run-program.ts';
import { expectDocument, expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';
import { calls, ID, startEmpty } from '../scene.ts';

describe('create --wait', () => {
  test('waits through a temporary 404 until the package is ready', async () => {
    const api = await startEmpty({
      script: { 'GET /v2/downloads/{id}': [404, 'preparing', 'ready'] },
    });
    const run = await runCommand(['create', '-m', 'm1', '--wait', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, json: { id: ID, status: 'ready', ready: true } });
    expectDocument('create', run.json);
    expect(calls(api)).toEqual(['POST /v2/downloads', ...Array(3).fill(`GET /v2/downloads/${ID}`)]);
    expect(run.stderr).toContain(`streamdiver-dl status ${ID} --wait`);
  });

  test('prints the ID before it waits', async () => {
    let control: RunControl | undefined;
    const seen: string[] = [];
    const api = await startEmpty({
      script: {
        'GET /v2/downloads/{id}': [
          (_request, reply) => {
            seen.push(control?.stdout() ?? '');
            return reply.json(200, { data: { id: ID, status: 'preparing' } });
          },
          'ready',
        ],
      },
    });
    const run = await runCommand(['create', '-m', 'm1', '--wait'], {
      api,
      onStart: (started) => {
        control = started;
      },
    });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${ID}\n` });
    expect(seen).toEqual([`${ID}\n`]);
  });

  test('exits with 3 when a 404 outlasts the grace period', async () => {
    const api = await startEmpty({ script: { 'GET /v2/downloads/{id}': 404 } });
    const run = await runCommand(['create', '-m', 'm1', '--wait', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 3, json: { id: ID, error: { code: 'NOT_FOUND', id: ID } } });
    expect(run.clock.monotonicMs()).toBeGreaterThan(30_000);
  });

  test('does not poll when the package is ready at once', async () => {
    const api = await startEmpty({ script: { 'POST /v2/downloads': 'ready' } });
    const run = await runCommand(['create', '-m', 'm1', '--wait', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, json: { ready: true } });
    expect(calls(api)).toEqual(['POST /v2/downloads']);
  });

  test('prints the ID even at the timeout', async () => {
    const api = await startEmpty({ script: { 'GET /v2/downloads/{id}': 'preparing' } });
    const run = await runCommand(['create', '-m', 'm1', '--wait', '--timeout', '0', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 8,
      json: { id: ID, error: { code: 'NOT_READY', next: [`streamdiver-dl status ${ID} --wait`] } },
    });
    expectFailureDocument('create', run.json);
    const text = await runCommand(['create', '-m', 'm1', '--wait', '--timeout', '0'], { api });
    expect(text).toMatchObject({ exitCode: 8, stdout: `${CREATED_ID_PREFIX}1\n` });
  });

  test('exits with 5 when the package fails', async () => {
    const api = await startEmpty({ script: { 'GET /v2/downloads/{id}': ['preparing', 'failed'] } });
    const run = await runCommand(['create', '-m', 'm1', '--wait', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 5, json: { error: { code: 'JOB_FAILED', id: ID } } });
    expectFailureDocument('create', run.json);
  });
});

describe('create --fetch', () => {
  test('creates, waits, and downloads, and prints the ID and the path', async () => {
    const api = await startEmpty({ script: { 'GET /v2/downloads/{id}': ['preparing', 'ready'] } });
    const run = await runCommand(['create', '-m', 'm1', '--title', 'Trip', '--fetch'], { api });
    expect(run).toMatchObject({ exitCode: 0, stdout: `${ID}\n${join(run.cwd, 'trip-c0ffee00.zip')}\n` });
    expect(calls(api)).toEqual([
      'POST /v2/downloads',
      `GET /v2/downloads/${ID}`,
      `GET /v2/downloads/${ID}`,
      'GET /v2/downloads/file/one',
    ]);
  });

  test('--json prints the final package with the results of the download', async () => {
    const api = await startEmpty({ script: { 'GET /v2/downloads/{id}': ['preparing', 'ready'] } });
    const run = await runCommand(['create', '-m', 'm1', '--fetch', '--json', '-o', 'out.zip'], { api });
    expect(run).toMatchObject({
      exitCode: 0,
      json: {
        id: ID,
        status: 'ready',
        ready: true,
        sizeBytes: 2_000,
        results: [{ id: ID, outcome: 'downloaded', paths: [join(run.cwd, 'out.zip')] }],
      },
    });
    expectDocument('create', run.json);
  });

  test('--no-wait exits with 8 and suggests fetch with the same flags', async () => {
    const api = await startEmpty({ script: { 'GET /v2/downloads/{id}': 'preparing' } });
    const flags = ['--fetch', '--no-wait', '-x', '-D', 'my folder'];
    const run = await runCommand(['create', '-m', 'm1', ...flags, '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 8,
      json: { id: ID, error: { next: [`streamdiver-dl fetch ${ID} -D 'my folder' -x`] } },
    });
  });
});
