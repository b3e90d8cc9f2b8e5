import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';
import { calls } from '../scene.ts';
import { LOOK, start } from './fetch-scene.ts';

describe('fetch and waiting', () => {
  test.each([[['--no-wait']], [['--timeout', '0']]])('%j checks once and exits with 8', async (flags) => {
    const api = await start({ script: { 'GET /v2/downloads/{id}': 'preparing' } });
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'out.zip', ...flags, '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 8,
      json: { error: { code: 'NOT_READY', next: [`streamdiver-dl fetch ${PACKAGE_ID} -o out.zip`] } },
    });
    expectFailureDocument('fetch', run.json);
    expect(calls(api)).toEqual([LOOK]);
  });

  test('prints the command to continue with all relevant flags before waiting', async () => {
    const api = await start({ script: { 'GET /v2/downloads/{id}': ['preparing'] } });
    const flags = ['-x', '-D', 'my folder', '--keep-archive', '--rm'];
    const run = await runCommand(['fetch', PACKAGE_ID, ...flags], { api });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toContain(`streamdiver-dl fetch ${PACKAGE_ID} -D 'my folder' -x --keep-archive --rm`);
  });

  test('puts an ID with a leading dash after -- in the suggested command', async () => {
    const api = await start({ packages: [{ id: '-x', status: 'preparing' }] });
    const run = await runCommand(['fetch', '-o', 'out.zip', '--no-wait', '--json', '--', '-x'], { api });
    expect(run.json).toMatchObject({ error: { next: ['streamdiver-dl fetch -o out.zip -- -x'] } });
  });

  test('exits with 5 for a failed package', async () => {
    const api = await start({ script: { 'GET /v2/downloads/{id}': { packageStatus: 'failed' } } });
    const run = await runCommand(['fetch', PACKAGE_ID, '--json'], { api });
    expect(run).toMatchObject({ exitCode: 5, json: { error: { code: 'JOB_FAILED' } } });
    expectFailureDocument('fetch', run.json);
  });
});
