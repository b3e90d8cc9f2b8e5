import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { expectFailureDocument } from '../output-documents.ts';
import { runCommand } from '../run-command.ts';
import { filesIn, object, start } from './fetch-scene.ts';

const DIGEST = createHash('sha256').update(object.bytes).digest('hex');

describe('limits and checksums', () => {
  test('reports a matching --checksum as verified', async () => {
    const api = await start();
    const run = await runCommand(['fetch', PACKAGE_ID, '--checksum', `sha256=${DIGEST}`, '--json'], { api });
    expect(run.json).toMatchObject({ results: [{ verified: { checksum: true }, sha256: DIGEST }] });
  });

  test('exits with 10 and writes no final file when --checksum does not match', async () => {
    const api = await start();
    const wrong = `sha256=${'0'.repeat(64)}`;
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'out.zip', '--checksum', wrong, '--json'], {
      api,
    });
    expect(run).toMatchObject({ exitCode: 10, json: { error: { code: 'INTEGRITY', retryable: true } } });
    expectFailureDocument('fetch', run.json);
    expect(existsSync(join(run.cwd, 'out.zip'))).toBe(false);
  });

  test.each([
    ['19K', 12, { error: { code: 'UNSAFE' } }],
    ['20000', 0, { results: [{ outcome: 'downloaded' }] }],
  ])('--max-size %s for 20,000 bytes exits with %i', async (size, exitCode, document) => {
    const api = await start();
    const run = await runCommand(['fetch', PACKAGE_ID, '--max-size', size, '--json'], { api });
    expect(run).toMatchObject({ exitCode, json: document });
    expect(filesIn(run.cwd)).toHaveLength(exitCode === 0 ? 1 : 0);
  });

  test.each([0, 2])('--retries %i retries that many times', async (retries) => {
    const api = await start({ script: { 'GET /v2/downloads/file/{id}': 503 } });
    const run = await runCommand(['fetch', PACKAGE_ID, '--retries', String(retries), '--json'], { api });
    expect(run).toMatchObject({ exitCode: 6, json: { error: { code: 'UNAVAILABLE' } } });
    expect(api.requestsOf('GET /v2/downloads/file/{id}')).toHaveLength(retries + 1);
  });
});
