import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { start } from '../../commands/fetch/fetch-scene.ts';
import { PACKAGE_ID } from '../../support/api/api-packages.ts';
import { CANARY_TOKEN } from '../../support/process/canary.ts';
import { LIMITED_RIGHTS } from '../../support/process/limited-rights.ts';
import { BINARY_PATH, runBinary } from '../../support/process/run-binary.ts';
import { runCli } from '../../support/process/run-cli.ts';
import { makePlace, type RunPlace } from '../../support/process/run-place.ts';

/** Values of HOME, and the exit code of commands that store something. */
const HOMES: Readonly<Record<string, { of(place: RunPlace): string | undefined; exitCode: number }>> = {
  '/dev/null': { of: () => '/dev/null', exitCode: 2 },
  relative: { of: () => 'here', exitCode: 2 },
  empty: { of: () => '', exitCode: 2 },
  unset: { of: () => undefined, exitCode: 2 },
  'under /proc, where nothing can be created': { of: () => '/proc', exitCode: 9 },
  'read-only': {
    of(place) {
      mkdirSync(join(place.cwd, 'closed'));
      chmodSync(join(place.cwd, 'closed'), 0o500);
      return join(place.cwd, 'closed');
    },
    exitCode: 9,
  },
};

const names = Object.keys(HOMES).filter((name) => LIMITED_RIGHTS !== null || name !== 'read-only');

test.runIf(process.platform === 'linux').each(names)(
  'case 132: with a HOME that is %s, only commands that store something fail, and explain why',
  { timeout: 60_000 },
  async (name) => {
    const api = await start();
    const place = makePlace();
    const home = HOMES[name];
    const options = {
      api,
      place,
      wrapper: LIMITED_RIGHTS ?? [],
      env: { HOME: home?.of(place), STREAMDIVER_CONFIG_DIR: undefined },
    };
    expect(await runBinary(['status', PACKAGE_ID, '--json'], options)).toMatchObject({ exitCode: 0 });
    const completion = await runBinary(['__complete', 'zsh', '--', 'list', '--profile', ''], options);
    expect(completion).toMatchObject({ exitCode: 0, stderr: '' });
    const asked = await runBinary(['__complete', 'zsh', '--', 'fetch', ''], options);
    expect(asked).toMatchObject({ exitCode: 0, stderr: '' });
    for (const args of [
      ['login', '--with-token', '--no-verify'],
      ['config', 'set', 'apiUrl', `${api.origin}/v2`],
    ]) {
      const run = await runBinary(args, { ...options, input: CANARY_TOKEN });
      expect(run.exitCode).toBe(home?.exitCode);
      expect(run.stderr).toMatch(
        home?.exitCode === 2
          ? /cannot find the settings folder: HOME [^]*hint: set STREAMDIVER_CONFIG_DIR/
          : /could not make the folder \/[^]*hint: /,
      );
    }
  },
);

test.each([
  ['status', ['status', PACKAGE_ID]],
  ['list', ['list']],
  ['media list', ['media', 'list']],
  ['transcripts', ['transcripts', 'm1']],
  ['create', ['create', '-m', 'm1']],
  ['fetch', ['fetch', PACKAGE_ID]],
  ['rm', ['rm', PACKAGE_ID, '--yes']],
  ['whoami', ['whoami']],
  ['config list', ['config', 'list']],
  ['logout', ['logout']],
])('a HOME that is a file is a named error of %s', async (_name, args) => {
  const place = makePlace();
  const env = { HOME: BINARY_PATH, STREAMDIVER_CONFIG_DIR: undefined };
  const run = await runCli(args, { place, env });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain(
    `cannot read ${BINARY_PATH}/.config/streamdiver-dl/config.json: part of the path is not a folder`,
  );
});
