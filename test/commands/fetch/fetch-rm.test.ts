import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { expectDocument, expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';
import { calls } from '../scene.ts';
import { FILE, LOOK, start } from './fetch-scene.ts';

describe('fetch --rm', () => {
  test('deletes the package after the download', async () => {
    const api = await start();
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'out.zip', '--rm', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'downloaded', deleted: true }] } });
    expectDocument('fetch', run.json);
    expect(calls(api)).toEqual([LOOK, FILE, `DELETE /v2/downloads/${PACKAGE_ID}`]);
  });

  test('keeps the package when the download fails', async () => {
    const api = await start({ script: { 'GET /v2/downloads/file/{id}': 404 } });
    const run = await runCommand(['fetch', PACKAGE_ID, '--rm', '--json'], { api });
    expect(run.exitCode).toBe(3);
    expect(api.requestsOf('DELETE /v2/downloads/{id}')).toHaveLength(0);
  });

  test('reports a downloaded file whose package could not be deleted', async () => {
    const api = await start({ script: { 'DELETE /v2/downloads/{id}': 403 } });
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'out.zip', '--rm', '--json'], { api });
    expect(run).toMatchObject({
      exitCode: 4,
      json: {
        results: [
          {
            outcome: 'downloaded',
            paths: [join(run.cwd, 'out.zip')],
            deleted: false,
            error: { code: 'AUTH', id: PACKAGE_ID },
          },
        ],
        error: { code: 'AUTH', next: [`streamdiver-dl rm --yes -- ${PACKAGE_ID}`] },
      },
    });
    expectFailureDocument('fetch', run.json);
    expect(run.stderr).toContain('was downloaded, but could not be deleted');
  });

  test('keeps a package with unverified files, and suggests how to delete it', async () => {
    const place = makePlace();
    writeFileSync(join(place.cwd, 'out.zip'), 'something else');
    const line = ['fetch', PACKAGE_ID, '-o', 'out.zip', '--skip-existing', '--rm'];
    const api = await start();
    const run = await runCommand(line, { api, place });
    expect(run.exitCode).toBe(10);
    expect(run.stderr).toContain(
      [
        `error: package ${PACKAGE_ID} was not deleted: its files could not be verified`,
        'hint: check the files, then delete the package:',
        `hint: streamdiver-dl rm --yes -- ${PACKAGE_ID}`,
        '',
      ].join('\n'),
    );
    expect(api.packages.size).toBe(1);
  });

  test('treats a package that is already gone as deleted', async () => {
    const api = await start({ script: { 'DELETE /v2/downloads/{id}': 404 } });
    const run = await runCommand(['fetch', PACKAGE_ID, '--rm', '--json'], { api });
    expect(run).toMatchObject({ exitCode: 0, json: { results: [{ deleted: true, error: null }] } });
  });
});
