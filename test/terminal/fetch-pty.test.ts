import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type ApiServer, startApi } from '../support/api/api-server.ts';
import { makeZipObject } from '../support/faults/served-object.ts';
import { runInPty } from '../support/process/pty.ts';
import { makeEnv, makePlace } from '../support/process/run-place.ts';
import { listTree } from '../support/temp-folder.ts';

const BINARY = fileURLToPath(new URL('../../bin/streamdiver-dl.js', import.meta.url));
const IDS = ['one', 'two', 'three', 'four'];
const object = makeZipObject(500_000);

/** Serves packages whose files take at least ten seconds. */
function startSlow(): Promise<ApiServer> {
  return startApi({
    files: { file: object },
    packages: IDS.map((id) => ({ id, title: `Lecture ${id}`, files: ['file'] })),
    script: {
      'GET /v2/downloads/file/{id}': async (_request, reply) => {
        await reply.head(200, { 'Content-Type': 'application/zip', 'Content-Length': object.bytes.length });
        await reply.slowly(object.bytes, 5_000, 100);
      },
    },
  });
}

test.each([40, 80, 200])('fetch draws packages in %d columns, and stops on Ctrl-C', async (columns) => {
  const api = await startSlow();
  const place = makePlace();
  const pty = runInPty({
    command: process.execPath,
    args: [BINARY, 'fetch', ...IDS],
    cwd: place.cwd,
    env: makeEnv(place, { api }),
    columns,
    rows: 40,
  });
  // Three files in transfer at a time; the fourth waits for its turn.
  await pty.waitFor(/(.* [1-9]\d? % .*\n){3}.*Lecture four +· ready · \ds$/);
  expect(new Set(pty.cellsOf('%')).size).toBe(1);
  expect(pty.screen().split('\n')).toHaveLength(4);
  pty.write('\x03');
  expect(await pty.exited).toEqual({ exitCode: 130, signal: 0 });
  const screen = pty.screen().replaceAll('\n', '');
  expect(screen).not.toMatch(/ % |·/);
  // One summary for all packages.
  expect(screen).toMatch(
    /^(?:\^C)?Interrupted\. 4 of 4 packages unfinished, [\d.]+ [KM]iB saved; rerun to resume\.$/,
  );
  expect(pty.raw().lastIndexOf('\x1b[?25h')).toBeGreaterThan(pty.raw().lastIndexOf('\x1b[?25l'));
});

test.each([0, 1, 2])(
  'fetch does not flood a terminal that reports %d columns, and stops on SIGTERM',
  async (columns) => {
    const api = await startSlow();
    const place = makePlace();
    const pty = runInPty({
      command: 'sh',
      args: ['-c', `stty cols ${columns} && exec "$@"`, 'sh', process.execPath, BINARY, 'fetch', 'one'],
      cwd: place.cwd,
      env: makeEnv(place, { api }),
    });
    while (api.requests.filter(({ path }) => path.includes('/file/')).length === 0) await delay(20);
    await delay(500);
    pty.signal('SIGTERM');
    expect((await pty.exited).exitCode).toBe(143);
    expect(pty.raw().length).toBeLessThan(100_000);
  },
);

test('fetch exits with 129 on SIGHUP from a closed terminal', async () => {
  const api = await startSlow();
  const place = makePlace();
  const pty = runInPty({
    command: process.execPath,
    args: [BINARY, 'fetch', 'one'],
    cwd: place.cwd,
    env: makeEnv(place, { api }),
  });
  await pty.waitFor(/%/);
  pty.signal('SIGHUP');
  expect((await pty.exited).exitCode).toBe(129);
});

test('case 116: fetch downloads all files even if the reader of the paths exits early', async () => {
  const api = await startApi({
    files: { file: object },
    packages: IDS.map((id) => ({ id, files: ['file'] })),
  });
  const place = makePlace();
  const line = `"$0" "$1" fetch ${IDS.join(' ')} -j 1 | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', line, process.execPath, BINARY], {
    cwd: place.cwd,
    env: makeEnv(place, { api }),
  });
  expect(stdout).toMatch(/^\/.*\.zip\n0\n$/);
  expect(stderr).not.toMatch(/error|\x1b|\r/);
  expect(listTree(place.cwd)).toHaveLength(4);
});
