import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { serveArchive } from '../../support/faults/served-archive.ts';
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

  test('-o - reports a wrong digest at the end', async () => {
    const api = await start();
    const line = ['fetch', PACKAGE_ID, '-o', '-', '--checksum'];
    const options = { api, isOutputData: true };
    const wrong = await runCommand([...line, `sha256=${'0'.repeat(64)}`], options);
    expect(wrong.exitCode).toBe(10);
    expect(wrong.stderr).toContain(
      `error: SHA-256 mismatch: got ${DIGEST}, expected ${'0'.repeat(64)}\nhint: discard the output\n`,
    );
    const right = await runCommand([...line, `sha256=${DIGEST}`], options);
    expect(right.exitCode).toBe(0);
    expect(right.stdoutBytes.equals(object.bytes)).toBe(true);
  });

  test('--limit-rate limits the reported speed', async () => {
    const api = await start();
    const run = await runCommand(['fetch', PACKAGE_ID, '-o', 'a.zip', '--limit-rate', '2500'], { api });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toMatch(/^ok: a\.zip: 19\.5 KiB in [\d.]+s, (2\.[0-4] Ki|[\d.]+ )B\/s, verified$/m);
  });

  test('rejects content that does not fit before writing anything, except with --no-space-check', async () => {
    const entries = Array.from({ length: 1_000 }, (_, index) => ({
      name: `${index}.bin`,
      content: 'x',
      method: 8 as const,
      central: { size: 4e9 },
      local: { size: 4e9 },
    }));
    const api = await start({ files: { one: serveArchive(entries) } });
    const line = ['fetch', PACKAGE_ID, '-x', '-D', 'out', '--max-size', '9T'];
    const run = await runCommand(line, { api });
    expect(run.exitCode).toBe(9);
    expect(run.stderr).toMatch(/^error: .*not enough space/m);
    expect(filesIn(run.cwd)).toEqual([]);
    const unchecked = await runCommand([...line, '--no-space-check'], { api });
    expect(unchecked.exitCode).toBe(10);
  });

  test('rejects --checksum and -o for several files', async () => {
    const api = await start({ packages: [{ files: ['one', 'one'] }] });
    for (const [flags, says] of [
      [['--checksum', `sha256=${DIGEST}`], '--checksum applies to one'],
      [['-o', '-'], '-o - accepts one'],
      [['-o', 'a.zip'], '-o accepts one'],
    ] as const) {
      const run = await runCommand(['fetch', PACKAGE_ID, ...flags], { api });
      expect(run).toMatchObject({ exitCode: 2, stdout: '' });
      expect(run.stderr).toContain(`error: package ${PACKAGE_ID} has 2 files, but ${says}\n`);
      expect(filesIn(run.cwd)).toEqual([]);
    }
    expect(api.requestsOf('GET /v2/downloads/file/{id}')).toEqual([]);
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
