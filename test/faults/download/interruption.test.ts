import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { type ApiServer, startApi } from '../../support/api/api-server.ts';
import { beginPart } from '../../support/begin-part.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { startBinary } from '../../support/process/run-binary.ts';
import { runCli } from '../../support/process/run-cli.ts';
import { makePlace, type RunPlace } from '../../support/process/run-place.ts';
import { describeRun, fail } from '../../support/process/run-result.ts';
import { listTree } from '../../support/temp-folder.ts';

/** Twelve times the size of the write buffer. */
const object = makeZipObject(12_000_000);
const ARGS = ['fetch', PACKAGE_ID, '-o', 'object.zip', '--json'];

/** Sends the object in chunks over about half a second. */
async function startSlowApi(): Promise<ApiServer> {
  const api = await startApi({ files: { one: object } });
  api.script('GET /v2/downloads/file/{id}', async (request, reply) => {
    const { start, end } = await beginPart(request, reply, object);
    await reply.slowly(object.bytes.subarray(start, end), 250_000, 10);
  });
  return api;
}

function finalOf(place: RunPlace): Buffer | undefined {
  const path = join(place.cwd, 'object.zip');
  return existsSync(path) ? readFileSync(path) : undefined;
}

test.each([
  ['SIGINT', 130, /^Interrupted\. (?:[\d.]+ [KM]iB saved; rerun|Rerun) to resume\.\n$/],
  ['SIGTERM', 143, /^Interrupted by SIGTERM\. (?:[\d.]+ [KM]iB saved; rerun|Rerun) to resume\.\n$/],
] as const)(
  'case 119: %s stops the download cleanly, keeps the part, and reports how to resume',
  async (signal, exitCode, message) => {
    const api = await startSlowApi();
    const run = startBinary(ARGS, { api });
    await untilFileIsAsked(api);
    run.kill(signal);
    const result = await run.result;
    const next = [`streamdiver-dl fetch ${PACKAGE_ID} -o object.zip`];
    expect(result).toMatchObject({
      exitCode,
      signal: null,
      json: { error: { code: 'INTERRUPTED', hint: null, next } },
    });
    const [state, ...told] = result.stderr.split(/(?<=\n)/);
    expect(state).toBe(`${PACKAGE_ID}: ready\n`);
    expect(told.join('')).toMatch(message);
    expect(listTree(result.cwd).map(({ path }) => path)).toEqual(['object.zip.part', 'object.zip.part.json']);
    const again = await runCli(ARGS, { api, place: result });
    expect(again).toMatchObject({ exitCode: 0, json: { results: [{ outcome: 'resumed' }] } });
    expect(finalOf(result)?.equals(object.bytes)).toBe(true);
  },
);

test('a download without a terminal, as under nohup, survives SIGHUP', async () => {
  const api = await startSlowApi();
  const run = startBinary(ARGS, { api });
  await untilFileIsAsked(api);
  run.kill('SIGHUP');
  expect(await run.result).toMatchObject({ exitCode: 0, signal: null });
  expect(finalOf(run.place)?.equals(object.bytes)).toBe(true);
});

test('case 119: signals at any time leave no wrong file, and the rerun succeeds', {
  timeout: 120_000,
}, async () => {
  const api = await startSlowApi();
  for (let round = 0; round < 15; round++) {
    const place = makePlace();
    const signal = round % 2 === 0 ? 'SIGINT' : 'SIGTERM';
    // Spread over the start, the download, the verification, and the end.
    const run = startBinary(ARGS, { api, place });
    setTimeout(() => run.kill(signal), 100 + round * 60);
    const result = await run.result;
    const final = finalOf(place);
    const told = `${signal} in round ${round}\n${describeRun(result)}`;
    if (final !== undefined && !final.equals(object.bytes)) fail(`wrong file\n${told}`);
    if (result.exitCode === 0 && final === undefined) fail(`exit code 0 without a file\n${told}`);
    if (![0, 130, 143].includes(result.exitCode)) fail(told);
    const again = await runCli(ARGS, { api, place });
    if (again.exitCode !== 0 || finalOf(place)?.equals(object.bytes) !== true) {
      fail(`the rerun failed\n${told}\n${describeRun(again)}`);
    }
    expect(listTree(place.cwd).map(({ path }) => path)).toEqual(['object.zip']);
  }
});

test('case 119: a second Ctrl-C exits at once', async () => {
  const api = await startApi({ script: { 'GET /v2/downloads/{id}': (_request, reply) => reply.stall() } });
  const run = startBinary(ARGS, { api });
  while (api.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  run.kill('SIGINT');
  setTimeout(() => run.kill('SIGINT'), 700);
  expect((await run.result).exitCode).toBe(130);
});

test('case 122: stops when the shell that started npx is killed, and the rerun resumes', async () => {
  const api = await startSlowApi();
  const run = startBinary(ARGS, {
    api,
    env: { npm_command: 'exec' },
    wrapper: ['sh', '-c', '"$@" & wait', 'sh'],
  });
  await untilFileIsAsked(api);
  run.kill('SIGKILL');
  // Resolves when the program itself has closed its streams, too.
  const result = await run.result;
  expect(result.stderr).toMatch(/^Interrupted by SIGTERM\. .* saved; rerun to resume\.$/m);
  expect(listTree(result.cwd).map(({ path }) => path)).toEqual(['object.zip.part', 'object.zip.part.json']);
  expect(await runCli(ARGS, { api, place: result })).toMatchObject({
    exitCode: 0,
    json: { results: [{ outcome: 'resumed' }] },
  });
});

async function untilFileIsAsked(api: ApiServer, count = 1): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while (api.requestsOf('GET /v2/downloads/file/{id}').length < count && performance.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
}
