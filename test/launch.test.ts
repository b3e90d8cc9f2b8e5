import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { launch, reportCrash } from '../src/launch.ts';
import { VERSION } from '../src/version.ts';
import type { World } from '../src/world.ts';
import { runProgram } from './support/process/run-program.ts';
import { failingStream } from './support/process/streams.ts';
import { listTree } from './support/temp-folder.ts';

/** Launches the program with a different standard output. */
const into = (stdout: World['stdout']) => (world: World) => launch({ ...world, stdout });

describe('--version', () => {
  test.each([[['--version']], [['-V']], [['--version', '-q']], [['list', '--version']]])(
    'prints the version: %j',
    async (args) => {
      const run = await runProgram(launch, args);
      expect(run).toMatchObject({ exitCode: 0, stdout: `${VERSION}\n`, stderr: '' });
    },
  );

  test('needs only the command line and standard output', async () => {
    const world = { argv: ['--version'], stdout: failingStream('EPIPE') };
    expect(await launch(world as never)).toBe(0);
  });

  test('exits with 9 if it cannot print', async () => {
    const run = await runProgram(into(failingStream('ENOSPC')), ['--version']);
    expect(run).toMatchObject({
      exitCode: 9,
      stderr:
        'error: cannot write to standard output: no space left on the disk\nhint: free up space, then rerun the command\n',
    });
  });

  test('exits with 0 if the pipe is closed', async () => {
    expect(await runProgram(into(failingStream('EPIPE')), ['--version'])).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
  });
});

test('runs the program for other command lines', async () => {
  const run = await runProgram(launch, ['config', 'path']);
  expect(run).toMatchObject({ exitCode: 0, stdout: `${join(run.configDir, 'config.json')}\n` });
});

test.each([
  [[], ''],
  [['list', '--json'], 'INTERNAL'],
])('reports a crash with %j', async (args, code) => {
  const crash = (world: World) => reportCrash(new TypeError('broken'), world);
  const run = await runProgram(crash, args, { mayBeBug: true });
  expect(run.exitCode).toBe(70);
  expect(run.stderr).toMatch(
    /^error: unexpected error in streamdiver-dl\nhint: please report this bug and attach /,
  );
  expect(run.json).toMatchObject(code === '' ? {} : { error: { code, exitCode: 70 } });
  const [report] = listTree(run.temp);
  expect(readFileSync(join(run.temp, report?.path ?? ''), 'utf8')).toContain('TypeError: broken');
});
