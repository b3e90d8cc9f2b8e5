import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runTokenCommand } from '../../src/auth/token-command.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const signal = new AbortController().signal;
const platform = 'linux';
const env = {
  PATH: process.env['PATH'],
  STREAMDIVER_TOKEN: 'ours',
  Streamdiver_Config_Dir: '/c',
  OTHER: 'kept',
};

/** Runs a script as the token command. */
function run(script: string, options: Partial<Parameters<typeof runTokenCommand>[1]> = {}) {
  const file = join(makeTempFolder(), 'command.cjs');
  writeFileSync(file, script);
  const clock = createFastClock({ speed: 1 });
  return runTokenCommand(`"${process.execPath}" "${file}" 'a b'`, {
    env,
    platform,
    clock,
    signal,
    ...options,
  });
}

const refusal = (message: string) =>
  expect.objectContaining({ code: 'AUTH', message: expect.stringContaining(message) });

describe('runTokenCommand', () => {
  test('returns the trimmed output', async () => {
    expect(await run("console.log(' the-token ')")).toBe('the-token');
  });

  test('ignores stderr when a token is printed', async () => {
    expect(await run("console.error('a warning'); console.log('the-token')")).toBe('the-token');
  });

  test('case 7: passes its arguments but no settings of streamdiver-dl and no input', async () => {
    const seen: unknown = JSON.parse(
      await run(`
        let input = '';
        process.stdin.on('data', (chunk) => { input += chunk; });
        process.stdin.on('end', () => {
          const names = Object.keys(process.env).filter((name) => /STREAMDIVER|OTHER/i.test(name));
          console.log(JSON.stringify({ words: process.argv.slice(2).length, names, input }));
        });`),
    );
    expect(seen).toEqual({ words: 1, names: ['OTHER'], input: '' });
  });

  test.each([
    ['fails', "console.error('no such entry'); process.exit(3)", 'failed with exit code 3: no such entry'],
    [
      'is terminated by a signal',
      "process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 5000)",
      'terminated by SIGTERM',
    ],
    ['prints nothing', '', 'is empty'],
    ['prints two lines', "console.log('a\\nb')", 'illegal character at position 2'],
    ['never stops printing', "setInterval(() => console.log('x'.repeat(10000)), 1)", 'more than 64 KiB'],
  ])('rejects a command that %s', async (_name, script, message) => {
    await expect(run(script)).rejects.toThrow(refusal(message));
  });

  test('masks a token that was printed before a failure', async () => {
    const script = "console.log('the-token'); console.error('+ echo the-token'); process.exit(1)";
    await expect(run(script)).rejects.toThrow(refusal('exit code 1: + echo ***'));
  });

  test('shows the last 500 characters of the error output', async () => {
    await expect(run("console.error(`A${'x'.repeat(500)}`); process.exit(1)")).rejects.toThrow(
      expect.objectContaining({ message: expect.stringMatching(/exit code 1: x{500}$/) }),
    );
  });

  test('times out even if a child process keeps the pipe open', async () => {
    const script = `
      require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 3000)'], { stdio: 'inherit' });
      setTimeout(() => {}, 60000);`;
    const startedAtMs = performance.now();
    await expect(run(script, { clock: createFastClock({ speed: 100 }) })).rejects.toThrow(
      refusal('took longer than 60 s'),
    );
    expect(performance.now() - startedAtMs).toBeLessThan(2_900);
  });

  test('rejects with the reason of the signal on Ctrl-C', async () => {
    const abort = new AbortController();
    const running = run('setTimeout(() => {}, 60000)', { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('stopped')), 50);
    await expect(running).rejects.toThrow('stopped');
  });

  test('names a program that does not exist', async () => {
    const clock = createFastClock();
    await expect(
      runTokenCommand('no-such-program-anywhere x', { env, platform, clock, signal }),
    ).rejects.toThrow(refusal('no-such-program-anywhere cannot be run (ENOENT)'));
  });

  test('names a program that the system cannot start', async () => {
    const clock = createFastClock();
    const command = `"${process.execPath}" ${'x'.repeat(4_000_000)}`;
    await expect(runTokenCommand(command, { env, platform, clock, signal })).rejects.toThrow(
      refusal('cannot be run (E2BIG)'),
    );
  });

  test.each([
    ['win32', 'if it is a script, use cmd /c az'],
    ['linux', 'run the command on its own to see the problem'],
  ] as const)('hints on %s what to do about a program that cannot run', async (system, hint) => {
    const clock = createFastClock();
    const running = runTokenCommand('az account', { env: { PATH: '' }, platform: system, clock, signal });
    await expect(running).rejects.toMatchObject({ details: { hint } });
  });

  /** A folder with a program of this name that prints its own text. */
  function folderWithProgram(name: string, printed: string): string {
    const folder = makeTempFolder();
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\necho ${printed}-"$NoDefaultCurrentDirectoryInExePath"\n`, {
      mode: 0o755,
    });
    return folder;
  }

  test('on Windows, searches PATH but never the current folder', async () => {
    const planted = relative(process.cwd(), folderWithProgram('pass.exe', 'planted'));
    const folder = folderWithProgram('pass.exe', 'real');
    mkdirSync(join(folder, 'below', 'pass.exe'), { recursive: true });
    const PATH = ['', '.', planted, join(folder, 'below'), `"${folder}"`].join(':');
    const options = { platform: 'win32', clock: createFastClock({ speed: 1 }), signal } as const;
    const printed = runTokenCommand('pass show', { ...options, env: { Path: PATH } });
    // Its child processes, such as those of cmd, do not search the current folder either.
    expect(await printed).toBe('real-1');
    await expect(runTokenCommand('pass show', { ...options, env: { Path: planted } })).rejects.toThrow(
      refusal('pass was not found in PATH'),
    );
  });

  test('on other platforms, does not change the environment', async () => {
    expect(await run('console.log(process.env.NoDefaultCurrentDirectoryInExePath ?? "unset")')).toBe('unset');
  });
});
