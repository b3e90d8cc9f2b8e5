import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { startApi } from '../../support/api/api-server.ts';
import { diskFaultFlags } from '../../support/disk-fault.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { runBinary } from '../../support/process/run-binary.ts';
import { makeTempFolder } from '../../support/temp-folder.ts';

const object = makeZipObject(50_000);
const ARGS = ['fetch', PACKAGE_ID, '-o', 'object.zip'];

function preload(source: string): readonly string[] {
  const path = join(makeTempFolder(), 'preload.mjs');
  writeFileSync(path, source);
  return ['--import', path];
}

test('case 120: a promise that never settles is a failure, not a silent success', async () => {
  const api = await startApi({ files: { one: object } });
  const { nodeFlags } = diskFaultFlags({ call: 'sync', nth: 1, effect: 'hang', pathPart: 'object.zip' });
  const run = await runBinary(ARGS, { api, nodeFlags, mayBeBug: true });
  expect(run.exitCode).toBe(70);
});

test.each([
  ['an error thrown in a callback', `setTimeout(() => { throw new Error('thrown aside'); }, 100);`],
  ['an unhandled rejection', `setTimeout(() => { Promise.reject(new Error('thrown aside')); }, 100);`],
])('case 120: %s is reported as a bug, on one line with a hint', async (_name, source) => {
  const api = await startApi({ script: { 'GET /v2/downloads/{id}': (_request, reply) => reply.stall() } });
  const run = await runBinary(ARGS, { api, nodeFlags: preload(source), mayBeBug: true });
  expect(run.exitCode).toBe(70);
  expect(run.stderr).toMatch(/^error: [^\n]*\nhint: [^\n]*report this bug[^\n]*\n$/);
});

test('case 10: NODE_DEBUG does not print the credential', async () => {
  const api = await startApi({ files: { one: object } });
  const run = await runBinary(ARGS, { api, env: { NODE_DEBUG: 'http,http2,net,tls,undici,fetch' } });
  expect(run.exitCode).toBe(0);
});

test('exits soon after the last byte even if the server keeps connections open', async () => {
  const api = await startApi({ files: { one: object } });
  const run = await runBinary(ARGS, { api, deadlineMs: 15_000 });
  expect(run.exitCode).toBe(0);
});
