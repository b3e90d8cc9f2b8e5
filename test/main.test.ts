import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ExpectedError } from '../src/errors.ts';
import { main, reportFailure } from '../src/main.ts';
import type { World } from '../src/world.ts';
import { startApi } from './support/api/api-server.ts';
import { createFastClock } from './support/fast-clock.ts';
import { CANARY_TOKEN } from './support/process/canary.ts';
import { type RunProgramOptions, runProgram } from './support/process/run-program.ts';
import { failingStream } from './support/process/streams.ts';
import { listTree, makeTempFolder } from './support/temp-folder.ts';

/** Runs the program in a world with these properties replaced; they may be getters. */
function runIn(changes: Partial<World>, args: readonly string[], options: RunProgramOptions = {}) {
  const changed = (world: World) =>
    Object.defineProperties({ ...world }, Object.getOwnPropertyDescriptors(changes)) as World;
  return runProgram((world) => main(changed(world)), args, options);
}

/** A world where `userId`, which every command with a store needs, cannot be read. */
function failingWorld(error: Error): Partial<World> {
  return {
    get userId(): number {
      throw error;
    },
  };
}

describe('help on a terminal', () => {
  test.each<[readonly string[], boolean]>([
    [[], true],
    [['help'], true],
    [['help', 'rm'], true],
    [['--help'], true],
    [['rm', '-h'], true],
    [['rm', '--help'], true],
    [['config', 'path'], false],
    [['verify', '--', '--help'], false],
    [['--help', '--json'], false],
  ])('%j uses the pager: %j', async (args, isPaged) => {
    const out = join(makeTempFolder(), 'paged');
    // The program waits for its pager.
    const env = { PAGER: 'sleep 0.1; cat >"$OUT"', OUT: out };
    const run = await runProgram(main, args, { isTTY: true, env, withoutJsonCheck: true });
    expect(existsSync(out)).toBe(isPaged);
    const paged = existsSync(out) ? readFileSync(out, 'utf8') : '';
    expect([paged !== '', isPaged ? run.stdout : '']).toEqual([isPaged, '']);
  });

  test.each([{ PAGER: 'cat' }, { PAGER: '' }, {}])('with %j, there is no pager', async (env) => {
    const run = await runProgram(main, ['rm', '--help'], { isTTY: true, env });
    expect(run.stdout).toMatch(/^\W*(?:\[1m)?Usage: /);
  });

  test('in a pipe, there is no pager', async () => {
    const out = join(makeTempFolder(), 'paged');
    const run = await runProgram(main, ['rm', '--help'], { env: { PAGER: 'cat >"$OUT"', OUT: out } });
    expect([run.stdout.startsWith('Usage: '), existsSync(out)]).toEqual([true, false]);
  });
});

describe('help', () => {
  test('ends with examples, with and without --help', async () => {
    const asked = await runProgram(main, ['media', '--help']);
    const unasked = await runProgram(main, ['media']);
    expect(asked).toMatchObject({ exitCode: 0, stderr: '' });
    expect(asked.stdout).toMatch(/\nExamples:\n/);
    expect(unasked).toMatchObject({ exitCode: 0, stdout: asked.stdout, stderr: '' });
  });

  test('is not mixed into JSON', async () => {
    const run = await runProgram(main, ['media', '--json']);
    expect(run).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'USAGE', message: 'no command given' } },
    });
  });

  test('exits with 9 if it cannot be printed, or with 0 if the pipe is closed', async () => {
    const full = await runIn({ stdout: failingStream('ENOSPC') }, ['rm', '--help']);
    expect(full).toMatchObject({ exitCode: 9, stderr: expect.stringContaining('no space left on the disk') });
    const gone = await runIn({ stdout: failingStream('EPIPE') }, ['rm', '--help']);
    expect(gone).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('a failure', () => {
  test('of the program is reported as a bug, with secrets masked', async () => {
    const world = failingWorld(new TypeError(`broken by ${CANARY_TOKEN}`));
    const run = await runIn(world, ['list', '--json'], { mayBeBug: true, api: await startApi() });
    expect(run).toMatchObject({ exitCode: 70, json: { error: { code: 'INTERNAL' } } });
    const [report] = listTree(run.temp);
    const text = readFileSync(join(run.temp, report?.path ?? ''), 'utf8');
    expect(text).toMatch(/, command: list\nTypeError: broken by \*\*\*\n/);
  });

  test('caused by too many open files is not a bug', async () => {
    const world = failingWorld(Object.assign(new Error('EMFILE'), { code: 'EMFILE' }));
    const run = await runIn(world, ['list', '--json'], { api: await startApi() });
    expect(run).toMatchObject({
      exitCode: 9,
      json: { error: { code: 'DISK', message: 'could not go on with the program: too many open files' } },
    });
  });

  test('after a signal exits with the code of the signal, unless it is an expected error', async () => {
    for (const [error, exitCode] of [
      [new TypeError('broken'), 143],
      [new ExpectedError('AUTH', 'rejected'), 4],
    ] as const) {
      let signal: (name: 'SIGTERM') => void = () => undefined;
      const world: Partial<World> = {
        get userId(): number {
          signal('SIGTERM');
          throw error;
        },
      };
      const onStart: RunProgramOptions['onStart'] = (control) => {
        signal = (name) => control.signal(name);
      };
      expect((await runIn(world, ['list'], { onStart, api: await startApi() })).exitCode).toBe(exitCode);
    }
  });

  test('prints its hint, its next commands, and with -v its causes', async () => {
    let cause: Error | undefined;
    for (const depth of [6, 5, 4, 3, 2, 1]) cause = new Error(`cause ${depth}`, { cause });
    const details = {
      hint: 'the hint',
      next: ['one', 'two'],
      requestId: 'req-1',
      technical: ['GET /'],
      cause,
    };
    const error = new ExpectedError('NOT_FOUND', 'the message', details);
    const run = (args: readonly string[], thrown = error, env = {}) =>
      runIn(failingWorld(thrown), args, { env: { ...env } });
    const brief = 'error: the message\nhint: the hint\nhint: one\nhint: two\n';
    expect(await run(['list'])).toMatchObject({ exitCode: 3, stdout: '', stderr: brief });
    const causes = [1, 2, 3, 4, 5].map((depth) => `caused by: cause ${depth}\n`).join('');
    expect((await run(['list', '-v'])).stderr).toBe(`${brief}request ID: req-1\nGET /\n${causes}`);
    const continues = error.with({ rerunContinues: true });
    expect((await run(['list'], continues)).stderr).toBe('error: the message\nhint: the hint\n');
    const interrupted = new ExpectedError('INTERRUPTED', 'Interrupted.', { hint: 'the hint' });
    expect(await run(['list'], interrupted)).toMatchObject({
      exitCode: 130,
      stderr: 'Interrupted.\nhint: the hint\n',
    });
    expect((await run(['list'], error, { GITHUB_ACTIONS: 'true' })).stderr).toBe(
      `${brief}::error title=streamdiver-dl::the message\n`,
    );
    const document = error.with({ document: { results: [] } });
    expect((await run(['list', '--json'], document)).json).toMatchObject({
      results: [],
      error: { code: 'NOT_FOUND', message: 'the message' },
    });
  });

  test('keeps its exit code if it cannot be printed', async () => {
    const error = new ExpectedError('NOT_FOUND', 'the message');
    const world = Object.assign(failingWorld(error), { stdout: failingStream('ENOSPC') });
    expect((await runIn(world, ['list', '--json'], { withoutJsonCheck: true })).exitCode).toBe(3);
  });

  test('does not hide an error of the progress bar', async () => {
    const api = await startApi();
    const busy = { status: 503, json: { status: 'error' }, headers: { 'Retry-After': '1' } };
    api.script('GET /v2/downloads', [busy, 404]);
    // Slow enough that the bar is drawn before the second response.
    await import('../src/terminal/progress/progress-bar.ts');
    const options = { api, isTTY: true, clock: createFastClock({ speed: 4 }) };
    const broken = (world: World) => {
      const cursorTo = () => {
        throw new TypeError('broken terminal');
      };
      return main({ ...world, stderr: Object.assign(world.stderr, { cursorTo }) });
    };
    await expect(runProgram(broken, ['list'], options)).rejects.toThrow('broken terminal');
  });

  test('before the command line is parsed respects --json', async () => {
    const failing = (world: World) => reportFailure(new ExpectedError('DISK', 'the message'), world);
    const text = await runProgram(failing, ['list']);
    expect(text).toMatchObject({
      exitCode: 9,
      stdout: '',
      stderr: expect.stringContaining('error: the message\n'),
    });
    expect((await runProgram(failing, ['list', '--json'])).json).toMatchObject({ error: { code: 'DISK' } });
  });
});

test('removes its signal handlers', async () => {
  let handlers = 0;
  const watched = (world: World) =>
    main({
      ...world,
      onSignal: (name, callback) => {
        handlers += 1;
        const stop = world.onSignal(name, callback);
        return () => {
          handlers -= 1;
          stop();
        };
      },
    });
  expect((await runProgram(watched, ['config', 'path'])).exitCode).toBe(0);
  expect((await runProgram(watched, ['nonsense'])).exitCode).toBe(2);
  expect(handlers).toBe(0);
});

test('reports a deleted current folder where it is needed', async () => {
  const cwd = () => {
    throw Object.assign(new Error('ENOENT'), { code: 'ENOENT', syscall: 'uv_cwd' });
  };
  const run = await runIn({ cwd }, ['fetch', 'one', '--json'], { api: await startApi() });
  expect(run).toMatchObject({
    exitCode: 9,
    json: {
      error: {
        code: 'DISK',
        message: 'the current folder no longer exists',
        hint: 'change to another folder, or use absolute paths',
      },
    },
  });
});
