import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startApi } from '../../support/api/api-server.ts';
import { makeZipObject } from '../../support/faults/served-object.ts';
import { CTRL_C } from '../../support/keys.ts';
import { makePlace } from '../../support/process/run-place.ts';
import { expectPainted, expectScreen, runOnScreen, screenOf } from './screen.ts';

const ID = 'b4bef371-7d41-4a36-9e58-c1d2e3f4a500';
const OTHER_ID = '0a1b2c3d-7d41-4a36-9e58-c1d2e3f4a501';
const MEDIA_ID = '7e0c2b9e-7d41-4a36-9e58-c1d2e3f4a501';
const FILE = 'third-lecture-b4bef371.zip';

function start(options: Parameters<typeof startApi>[0] = {}) {
  return startApi({
    files: { one: makeZipObject(20_000) },
    packages: [
      { id: ID, title: 'Third lecture', files: ['one'] },
      { id: OTHER_ID, title: 'Interview with Anna', files: ['one'] },
    ],
    media: [{ id: MEDIA_ID, name: 'Third lecture', type: 'video' }],
    ...options,
  });
}

describe.each([80, 40])('screens at %d columns', (columns) => {
  test.each([
    ['fetch-summary', `fetch ${ID}`],
    ['fetch-several', `fetch ${ID} ${OTHER_ID} --jobs 1`],
    ['fetch-extract', `fetch ${ID} -x`],
    ['fetch-dry-run', `fetch ${ID} -n -D /srv/lectures`],
    ['fetch-extract-dry-run', `fetch ${ID} -n -x -D /srv/lectures`],
    ['create', `create -m ${MEDIA_ID} --title Third`],
    ['create-dry-run', `create -m ${MEDIA_ID} --title Third -n`],
    ['create-fetch', `create -m ${MEDIA_ID} --title Third --fetch`],
    ['rm', `rm -y ${ID} ${OTHER_ID}`],
    ['rm-dry-run', `rm -n ${ID} ${OTHER_ID}`],
  ])('%s', async (name, line) => {
    await expectScreen(await screenOf(line, { api: await start(), columns }), columns, name);
  });

  test('create --wait, then SIGINT', async () => {
    const api = await start({ script: { 'GET /v2/downloads/{id}': 'preparing' } });
    const run = runOnScreen(`create -m ${MEDIA_ID} --title Third --wait`, { api, columns });
    await run.waitFor(/· preparing · \ds/);
    await expectScreen(run, columns, 'create-waiting');
    // The echo of a typed Ctrl-C would appear on the screen only sometimes.
    run.signal('SIGINT');
    expect(await run.exited).toMatchObject({ exitCode: 130 });
    await expectScreen(run, columns, 'create-interrupted');
  });

  test('status --watch of a package that fails', async () => {
    const api = await start({ script: { 'GET /v2/downloads/{id}': ['preparing', 'failed'] } });
    await expectScreen(await screenOf(`status --watch ${ID}`, { api, columns }), columns, 'status-failed');
  });

  test('rm: prompt, no, and Ctrl-C', async () => {
    const api = await start();
    const one = runOnScreen(`rm ${ID}`, { api, columns });
    await one.waitFor('(y/N)');
    await expectScreen(one, columns, 'rm-question');
    one.write('n\r');
    expect(await one.exited).toMatchObject({ exitCode: 130 });
    await expectScreen(one, columns, 'rm-canceled');
    const several = runOnScreen(`rm ${ID} ${OTHER_ID}`, { api, columns });
    await several.waitFor('(y/N)');
    several.write(CTRL_C);
    expect(await several.exited).toMatchObject({ exitCode: 130 });
    await expectScreen(several, columns, 'rm-interrupted');
    expect(api.packages.size).toBe(2);
  });

  test('fetch: an existing file, and another file with its name', async () => {
    const place = makePlace();
    const api = await start();
    await screenOf(`fetch ${ID}`, { api, columns, place });
    await expectScreen(await screenOf(`fetch ${ID}`, { api, columns, place }), columns, 'fetch-again');
    writeFileSync(join(place.cwd, FILE), 'mine');
    await expectScreen(await screenOf(`fetch ${ID}`, { api, columns, place }), columns, 'error-exists');
  });

  test.each([
    ['error-usage', 'fetch --frobnicate', {}],
    ['error-config', 'list --profile nobody', {}],
    ['error-not-found', 'fetch dddddddd-7d41-4a36-9e58-c1d2e3f4a503', {}],
    ['error-auth', 'list', { token: 'an-old-token' }],
    ['error-unavailable', 'list', { env: { STREAMDIVER_API_URL: 'http://127.0.0.1:1/v2' } }],
    ['error-not-a-folder', `fetch ${ID} -o /dev/null/file.zip`, {}],
  ])('%s', async (name, line, options) => {
    const api = await start();
    await expectScreen(await screenOf(line, { api, columns, ...options }), columns, name);
  });

  test.each<[string, string, NonNullable<Parameters<typeof startApi>[0]>['script']]>([
    ['error-not-ready', `fetch ${ID} --no-wait`, { 'GET /v2/downloads/{id}': 'preparing' }],
    ['error-bad-response', 'list', { 'GET /v2/downloads': { text: '<html>Sign in</html>' } }],
  ])('%s', async (name, line, script = {}) => {
    await expectScreen(await screenOf(line, { api: await start({ script }), columns }), columns, name);
  });

  test('fetch: a damaged archive', async () => {
    const object = makeZipObject(20_000);
    object.bytes.fill(0, 100, 200);
    const api = await start({ files: { one: object } });
    await expectScreen(await screenOf(`fetch ${ID}`, { api, columns }), columns, 'error-integrity');
  });
});

test.each([
  ['SIGINT', 130, 'Interrupted.'],
  ['SIGTERM', 143, 'Interrupted by SIGTERM.'],
  ['SIGHUP', 129, 'Interrupted by SIGHUP.'],
] as const)('rm: %s at the prompt', async (name, exitCode, text) => {
  const api = await start();
  const run = runOnScreen(`rm ${ID}`, { api, columns: 80 });
  await run.waitFor('(y/N)');
  run.signal(name);
  expect(await run.exited).toMatchObject({ exitCode });
  expect(run.lines()).toEqual([`? Delete "Third lecture" (19.5 KiB, b4bef371)? (y/N)`, text]);
  expect(api.packages.size).toBe(2);
});

test('colors of packages', async () => {
  const api = await start({ script: { 'GET /v2/downloads/{id}': 'preparing' } });
  const run = runOnScreen(`create -m ${MEDIA_ID} --title Third --wait`, { api, columns: 80 });
  await run.waitFor(/· preparing · \ds/);
  await expectPainted(run, 80, 'create-waiting');
  await expectPainted(
    await screenOf(`fetch ${ID}`, { api: await start(), columns: 80 }),
    80,
    'fetch-summary',
  );
  const question = runOnScreen(`rm ${ID}`, { api: await start(), columns: 80 });
  await question.waitFor('(y/N)');
  await expectPainted(question, 80, 'rm-question');
  await expectPainted(await screenOf('list --profile nobody', { columns: 80 }), 80, 'error-config');
});
