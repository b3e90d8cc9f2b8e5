import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { type ApiServer, startApi } from '../../support/api/api-server.ts';
import { type DiskFault, diskFaultFlags, KEPT_ALIVE } from '../../support/disk-fault.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { type RunBinaryOptions, runBinary, startBinary } from '../../support/process/run-binary.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { describeRun, fail } from '../../support/process/run-result.ts';
import { listTree } from '../../support/temp-folder.ts';

const object = makeZipObject(500_000);
const ARGS = ['fetch', PACKAGE_ID, '-o', 'object.zip', '--json'];

/** The winner gets no bytes until the others have ended, so that none of them finds the finished file. */
async function race(processes: number, prepare: (cwd: string) => void): Promise<void> {
  const api = await startApi({ files: { one: object } });
  const place = makePlace();
  prepare(place.cwd);
  let leftCount = processes;
  let release: () => void = () => {};
  const othersEnded = new Promise<void>((resolve) => {
    release = resolve;
  });
  api.script('GET /v2/downloads/file/{id}', async (_request, reply) => {
    // Without a lock, all processes would wait for bytes here, get them after the delay, and succeed.
    await Promise.race([othersEnded, delay(60_000, undefined, { ref: false })]);
    await reply.file(object);
  });
  const runs = await Promise.all(
    Array.from({ length: processes }, async () => {
      const run = await runBinary(ARGS, { api, place });
      leftCount -= 1;
      if (leftCount === 1) release();
      return run;
    }),
  );
  const told = runs.map(describeRun).join('\n');
  const losers = runs.filter(({ exitCode }) => exitCode === 11);
  if (losers.length !== processes - 1 || !runs.some(({ exitCode }) => exitCode === 0)) fail(told);
  const path = join(place.cwd, 'object.zip');
  if (!existsSync(path) || !readFileSync(path).equals(object.bytes)) fail(`wrong file\n${told}`);
  if ((await runBinary(ARGS, { api, place })).exitCode !== 0) fail(`the rerun failed\n${told}`);
  expect(listTree(place.cwd).map((entry) => entry.path)).toEqual(['object.zip']);
}

test('case 126: only one of several processes takes over the lock of a dead process', {
  timeout: 120_000,
}, async () => {
  const dead = await runBinary(['--version']);
  expect(dead.exitCode).toBe(0);
  for (let round = 0; round < 4; round++) {
    await race(4, (cwd) => {
      // No process has this ID: pid_max on Linux is 2^22.
      writeFileSync(
        join(cwd, 'object.zip.part.lock'),
        JSON.stringify({ pid: 4_194_305, hostname: hostname() }),
      );
    });
  }
});

test.each<[string, DiskFault]>([
  ['the process is writing its ID', { call: 'write', nth: 1, effect: 'hang', pathPart: '.lock' }],
  ['the process is closing it', { call: 'close', nth: 1, effect: 'hang', pathPart: '.lock' }],
])('case 126: a lock without a process ID is never visible while %s', async (_moment, fault) => {
  const api = await startApi({ files: { one: object } });
  const place = makePlace();
  const { nodeFlags, markerPath } = diskFaultFlags(fault);
  const run = startBinary(ARGS, {
    api,
    place,
    nodeFlags: [...KEPT_ALIVE, ...nodeFlags],
    withoutJsonCheck: true,
  });
  while (!existsSync(markerPath)) await delay(10);
  // The lock has no final name yet, and nothing else is touched without it.
  expect(listTree(place.cwd).map((entry) => entry.path)).toEqual([
    expect.stringMatching(/^\.streamdiver-dl-.*\.lock$/),
  ]);
  run.kill('SIGKILL');
  await run.result;
});

test.each(['EPERM', 'ENOTSUP', 'EISDIR'] as const)(
  'case 126: locks work on a file system where hard links fail with %s',
  async (effect) => {
    const { nodeFlags } = diskFaultFlags({ call: 'link', nth: 'every', effect, pathPart: 'object.zip' });
    const api = await startApi({ files: { one: object } });
    const place = makePlace();
    const first = await startAndHold(api, { place, nodeFlags });
    const second = await runBinary(ARGS, { api, place, nodeFlags });
    expect(second).toMatchObject({ exitCode: 11, json: { error: { code: 'BUSY' } } });
    expect(second.stderr).toContain(String(first.run.pid));
    first.release();
    expect((await first.run.result).exitCode).toBe(0);
    expect(listTree(place.cwd).map((entry) => entry.path)).toEqual(['object.zip']);
  },
);

/** Starts a run that holds the lock of its target and waits for the rest of the file. */
async function startAndHold(api: ApiServer, options: Pick<RunBinaryOptions, 'place' | 'nodeFlags'>) {
  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  api.script('GET /v2/downloads/file/{id}', async (_request, reply) => {
    await reply.head(200, { 'Content-Type': 'application/zip', 'Content-Length': object.bytes.length });
    await reply.raw(object.bytes.subarray(0, 100_000));
    await released;
    await reply.raw(object.bytes.subarray(100_000));
  });
  const run = startBinary(ARGS, { api, ...options });
  while (!existsSync(join(run.place.cwd, 'object.zip.part'))) await delay(10);
  return { run, release: () => release() };
}

test('case 129: a second process exits with BUSY and the ID of the first, which finishes', async () => {
  const api = await startApi({ files: { one: object } });
  const place = makePlace();
  const first = await startAndHold(api, { place });
  const second = await runBinary(ARGS, { api, place });
  const third = await runBinary([...ARGS, '--extract'], { api, place });
  first.release();
  expect(second).toMatchObject({ exitCode: 11, json: { error: { code: 'BUSY', retryable: true } } });
  expect(second.stderr).toContain(String(first.run.pid));
  expect(third.exitCode).toBe(11);
  expect((await first.run.result).exitCode).toBe(0);
});
