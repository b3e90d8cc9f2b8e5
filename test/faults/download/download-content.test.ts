import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import { titleOf } from '../../support/faults/fault-mode.ts';
import { CONTENT_MODES } from '../../support/faults/fault-modes-content.ts';
import { serveArchive } from '../../support/faults/served-archive.ts';
import { runCli } from '../../support/process/run-cli.ts';
import { expectFaultIsHandled } from './fetch-with-fault.ts';
import { expectPlainOutcome, plainCases } from './plain-with-fault.ts';

test.each(CONTENT_MODES.map((mode) => [titleOf(mode), mode] as const))('%s', async (_name, mode) => {
  await expect(expectFaultIsHandled(mode)).resolves.toBeUndefined();
});

test('case 105: keeps an archive with entries that cannot be verified, and reports them', async () => {
  const archive = serveArchive([
    { name: 'plain.txt', content: 'readable' },
    { name: 'locked.txt', content: 'unreadable', flags: 1, descriptor: 'signed32' },
  ]);
  const api = await startApi({ files: { one: archive } });
  const run = await runCli(['fetch', PACKAGE_ID, '-o', 'object.zip', '--json'], { api });
  expect(run).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'downloaded' }] } });
  expect(run.stderr).toContain('cannot verify the content of 1 archive entry (locked.txt: encrypted)');
  expect(readFileSync(join(run.cwd, 'object.zip')).equals(archive.bytes)).toBe(true);
});

test.each(plainCases(CONTENT_MODES))('%s', async (_name, mode, kind) => {
  await expect(expectPlainOutcome(mode, kind)).resolves.toBeUndefined();
});
