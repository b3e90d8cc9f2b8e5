import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import { type ApiServer, startApi } from '../support/api/api-server.ts';
import { makeZipObject } from '../support/faults/served-object.ts';
import { type PtyRun, runInPty } from '../support/process/pty.ts';
import { makeEnv, makePlace } from '../support/process/run-place.ts';

const BINARY = fileURLToPath(new URL('../../bin/streamdiver-dl.js', import.meta.url));
const TITLE = 'A very long title, 長い題名, with a family 👨‍👩‍👧 and a ﷽ in it';
const MEDIUM_ID = '7e0c2b9e-7d41-4a36-9e58-c1d2e3f4a501';
/** A flood is megabytes; output in one column is long, but proportional to its text. */
const MOST_BYTES = 100_000;
const TIME_LIMIT = { timeout: 60_000 };

function start(): Promise<ApiServer> {
  return startApi({
    files: { one: makeZipObject(20_000) },
    packages: Array.from({ length: 30 }, (_, index) => ({ title: `${TITLE} ${index}`, files: ['one'] })),
    media: Array.from({ length: 30 }, (_, index) => ({
      id: `${MEDIUM_ID}${index}`,
      name: TITLE,
      type: 'video',
    })),
  });
}

/** Runs in a terminal that reports so many columns, as `script`, pexpect, and `docker run -t` do at startup. */
function run(args: readonly string[], api: ApiServer, columns: number, env = {}): PtyRun {
  const place = makePlace();
  return runInPty({
    command: 'sh',
    args: ['-c', `stty cols ${columns} && exec "$@"`, 'sh', process.execPath, BINARY, ...args],
    cwd: place.cwd,
    env: { ...makeEnv(place, { api }), TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
  });
}

const WIDTHS = [0, 1, 20];

describe.each(WIDTHS)('in %i columns', (columns) => {
  test.each([
    ['list'],
    ['media list'],
    [`status ${PACKAGE_ID}`],
    [`contents ${PACKAGE_ID}`],
    [`fetch ${PACKAGE_ID}`],
    [`fetch ${PACKAGE_ID} -x --progress bar`],
    ['--help'],
    ['fetch --help'],
    ['help exit-codes'],
    ['no-such-command'],
    ['config list'],
  ])('%s exits without flooding the terminal', TIME_LIMIT, async (line) => {
    const pty = run(line.split(' '), await start(), columns);
    expect([0, 2]).toContain((await pty.exited).exitCode);
    expect(pty.raw().length).toBeGreaterThan(10);
    expect(pty.raw().length).toBeLessThan(MOST_BYTES);
  });

  test.each([
    ['login', '\x1b[B\x1b[B\x1b[A'],
    ['login --with-token', 'abc'],
    ['create', 'family\x1b[B \x1b[B'],
    ['fetch', '\x1b[B \x1b[B'],
    [`rm ${PACKAGE_ID}`, 'q'],
  ])('prompts of %s do not flood the terminal, and end on SIGTERM', TIME_LIMIT, async (line, keys) => {
    const pty = run(line.split(' '), await start(), columns);
    while (pty.raw() === '') await delay(20);
    await delay(1_000);
    for (const key of keys) pty.write(key);
    await delay(1_000);
    pty.signal('SIGTERM');
    expect((await pty.exited).exitCode).toBe(143);
    expect(pty.raw().length).toBeLessThan(MOST_BYTES);
  });
});

test.each(['0', '-1', '1', '1e9', '999999999', 'wide', ''])(
  'COLUMNS=%s causes no hang and no flood of output',
  TIME_LIMIT,
  async (columns) => {
    for (const line of ['list', 'fetch --help']) {
      const pty = run(line.split(' '), await start(), 80, { COLUMNS: columns });
      expect(await pty.exited).toMatchObject({ exitCode: 0 });
      expect(pty.raw().length).toBeLessThan(MOST_BYTES);
    }
  },
);
