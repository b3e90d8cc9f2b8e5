import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { runUntil } from '../run-command.ts';
import { startEmpty } from '../scene.ts';
import { start } from './fetch-scene.ts';

const ROUTE = 'GET /v2/downloads/file/{id}';
const packages = ['aaaaaaaa-1', 'bbbbbbbb-1', 'cccccccc-1'].map((id) => ({ id, files: ['one'] }));
describe('Ctrl-C', () => {
  test('with nothing saved, suggests the same command', async () => {
    const api = await start({ script: { [ROUTE]: { raw: '', after: 'stall' } } });
    const isStalled = () => api.requestsOf(ROUTE).length === 1;
    const run = await runUntil(isStalled, ['fetch', PACKAGE_ID, '-o', 'a.zip', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 130,
      stderr: expect.stringMatching(/^Interrupted\. Rerun to resume\.$/m),
    });
    expect(run.json).toMatchObject({
      results: [{ outcome: 'failed', error: { next: [`streamdiver-dl fetch ${PACKAGE_ID} -o a.zip`] } }],
      error: { code: 'INTERRUPTED' },
    });
  });

  test('counts the unfinished packages, and suggests a command for each', async () => {
    const api = await start({ packages, script: { [ROUTE]: ['default', { raw: '', after: 'stall' }] } });
    const isStalled = () => api.requestsOf(ROUTE).length === 2;
    const line = ['fetch', ...packages.map(({ id }) => id), '-j', '1', '--json'];
    const run = await runUntil(isStalled, line, { api });
    expect(run).toMatchObject({
      exitCode: 130,
      stderr: expect.stringMatching(/^Interrupted\. 2 of 3 packages unfinished; rerun to resume\.$/m),
      json: {
        results: [
          { id: 'aaaaaaaa-1', outcome: 'downloaded' },
          { id: 'bbbbbbbb-1', error: { next: ['streamdiver-dl fetch bbbbbbbb-1 -j 1'] } },
          { id: 'cccccccc-1', error: { next: ['streamdiver-dl fetch cccccccc-1 -j 1'] } },
        ],
      },
    });
    expect(run.stderr).not.toContain('error:');
  });

  test.each([
    [['-o', '-'], 'Interrupted.\n'],
    [['-o', 'a.zip', '--no-resume'], 'Interrupted.\n'],
  ])('with %j, does not promise to resume', async (flags, stderr) => {
    const api = await start({ script: { [ROUTE]: { raw: '', after: 'stall' } } });
    const isStalled = () => api.requestsOf(ROUTE).length === 1;
    const run = await runUntil(isStalled, ['fetch', PACKAGE_ID, ...flags], { api });
    expect(run).toMatchObject({ exitCode: 130, stderr: expect.stringContaining(stderr) });
    expect(run.stderr).not.toMatch(/resume\./);
  });

  test('during create --fetch, does not suggest to create another package', async () => {
    const api = await startEmpty({ script: { [ROUTE]: { raw: '', after: 'stall' } } });
    const isStalled = () => api.requestsOf(ROUTE).length === 1;
    const run = await runUntil(isStalled, ['create', '-m', 'm1', '--fetch'], { api });
    expect(run.exitCode).toBe(130);
    expect(run.stderr).not.toMatch(/[Rr]erun/);
  });
});
