import { expect, test } from 'vitest';
import type { World } from '../../../src/world.ts';
import { CANARY_TOKEN } from './canary.ts';
import { makePlace } from './run-place.ts';
import { runProgram } from './run-program.ts';

test('runs the program in its own world and returns its output', async () => {
  let seen: World | undefined;
  const api = { origin: 'http://127.0.0.1:9', requests: [] };
  const result = await runProgram(
    async (world) => {
      seen = world;
      for await (const chunk of world.stdin) world.stdout.write(chunk);
      world.stderr.write('note\n');
      return 3;
    },
    ['a', '-b'],
    { api, input: 'typed', env: { CI: '1', HOME: undefined } },
  );
  expect(result).toMatchObject({ exitCode: 3, stdout: 'typed', stderr: 'note\n', json: {} });
  expect(seen).toMatchObject({ argv: ['a', '-b'], cwd: expect.any(Function), temporaryFolder: result.temp });
  expect(seen?.stdout.isTTY).toBeFalsy();
  expect(seen?.env).toEqual({
    PATH: process.env['PATH'],
    TMPDIR: result.temp,
    STREAMDIVER_CONFIG_DIR: result.configDir,
    STREAMDIVER_TOKEN: CANARY_TOKEN,
    STREAMDIVER_API_URL: 'http://127.0.0.1:9/v2',
    STREAMDIVER_SSO_URL: 'http://127.0.0.1:9',
    NODE_DISABLE_COMPILE_CACHE: '1',
    CI: '1',
  });
});

test('runs without a credential with token: null, and as a terminal with isTTY', async () => {
  let seen: World | undefined;
  await runProgram(
    async (world) => {
      seen = world;
      world.stderr.write('\x1b[1mbold\x1b[0m');
      return 0;
    },
    [],
    { token: null, isTTY: true, columns: 40 },
  );
  expect(seen?.env['STREAMDIVER_TOKEN']).toBeUndefined();
  expect([seen?.stdin.isTTY, seen?.stdout.isTTY, seen?.stderr.columns]).toEqual([true, true, 40]);
});

test('sends signals and ends immediately on exitNow', async () => {
  const result = await runProgram(
    (world) =>
      new Promise(() => {
        let count = 0;
        world.onSignal('SIGINT', () => {
          count += 1;
          if (count === 2) world.exitNow(130);
        });
      }),
    [],
    {
      onStart: (control) => {
        setTimeout(() => control.signal('SIGINT'), 10);
        setTimeout(() => control.signal('SIGINT'), 20);
      },
    },
  );
  expect(result.exitCode).toBe(130);
});

test('fails a run that does not end and reports its output', async () => {
  const run = runProgram(
    (world) => {
      world.stderr.write('still here');
      return new Promise(() => {});
    },
    ['wait'],
    { deadlineMs: 50 },
  );
  await expect(run).rejects.toThrow(/wait: no end within 50 ms[^]*still here/);
});

test('fails for each kind of broken invariant', async () => {
  const writes = (stdout: string, stderr = '') => {
    return async (world: World) => {
      world.stdout.write(stdout);
      world.stderr.write(stderr);
      return 0;
    };
  };
  await expect(runProgram(writes(CANARY_TOKEN), [])).rejects.toThrow('a secret shows in standard output');
  await expect(runProgram(writes('', '\x1b[0m'), [])).rejects.toThrow('U+001b');
  await expect(runProgram(writes('text'), ['--json'])).rejects.toThrow('not one JSON document');
  await expect(runProgram(async () => 70, [])).rejects.toThrow('a bug');
  await expect(runProgram(writes('tok-12345678'), [], { token: 'tok-12345678' })).rejects.toThrow('a secret');
});

test('two runs in one place use the same folders', async () => {
  const place = makePlace();
  const main = async (world: World) => (world.cwd() === place.cwd ? 0 : 1);
  const results = [await runProgram(main, [], { place }), await runProgram(main, [], { place })];
  expect(results.map(({ exitCode, home }) => [exitCode, home])).toEqual([
    [0, place.home],
    [0, place.home],
  ]);
});
