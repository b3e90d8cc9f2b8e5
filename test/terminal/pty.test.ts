import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PtyOptions, type PtyRun, runInPty } from '../support/process/pty.ts';
import { buildTerminal, type TerminalBuild } from './build-terminal.ts';

const SCENARIOS = fileURLToPath(new URL('./scenarios.mjs', import.meta.url));
let build: TerminalBuild;

beforeAll(() => {
  build = buildTerminal();
});
afterAll(() => build.remove());

function run(scenario: string, options: Partial<PtyOptions> = {}): PtyRun {
  return runInPty({ command: process.execPath, args: [SCENARIOS, build.folder, scenario], ...options });
}

/** Runs a shell line where `$RUN` starts a scenario. */
function shell(line: string) {
  const env = { ...process.env, RUN: `${process.execPath} ${SCENARIOS} ${build.folder}`, LANG: 'C.UTF-8' };
  return promisify(execFile)('bash', ['-c', line], { env });
}

const HIDE = '\x1b[?25l';
const SHOW = '\x1b[?25h';

function expectCursorShown(raw: string): void {
  expect(raw).toContain(HIDE);
  expect(raw.lastIndexOf(SHOW)).toBeGreaterThan(raw.lastIndexOf(HIDE));
}

describe('the drawn line', () => {
  test('counts the time by itself, and Ctrl-C leaves a clean terminal', async () => {
    const pty = run('wait');
    await pty.waitFor(/^\S dl-1 · preparing · 0s$/);
    await pty.waitFor(/^\S dl-1 · preparing · 1s$/);
    pty.write('\x03');
    expect(await pty.exited).toEqual({ exitCode: 130, signal: 0 });
    expect(pty.screen().replace(/\^C\n?/, '')).toBe('stopped');
    expectCursorShown(pty.raw());
  });

  test('shows the cursor again after an unhandled signal', async () => {
    const pty = run('die');
    await pty.waitFor('preparing');
    pty.signal('SIGINT');
    expect(await pty.exited).toMatchObject({ signal: 2 });
    expectCursorShown(pty.raw());
  });

  test('moves below output on either stream', async () => {
    const pty = run('print');
    await expect(
      pty.waitFor(/^warning: first\n\/tmp\/result\.zip\nsecond\n\S dl-1 · preparing · \ds$/),
    ).resolves.toBeUndefined();
  });

  test('shows a transfer, and leaves only the final message', async () => {
    const pty = run('transfer');
    expect(await pty.exited).toEqual({ exitCode: 0, signal: 0 });
    expect(pty.screen()).toBe('✔ Lecture.zip is complete');
    expect(pty.raw()).toMatch(/Lecture · \S+ {1,3}\d+ % · /);
    expectCursorShown(pty.raw());
  });

  test.each([20, 40, 200])('case 117: stays one line in %d columns', async (columns) => {
    const pty = run('wait', { columns });
    await pty.waitFor(/preparing/);
    await expect(pty.waitFor(/^[^\n]*preparing[^\n]*$/)).resolves.toBeUndefined();
  });

  test('case 117: follows a window resize', async () => {
    const pty = run('wait', { columns: 80 });
    await pty.waitFor('preparing · 0s');
    pty.resize(120);
    await expect(pty.waitFor(/^\S dl-1 · preparing · \ds$/)).resolves.toBeUndefined();
  });

  test('has one line per file, below the messages of finished ones', async () => {
    const pty = run('files', { columns: 100 });
    await pty.waitFor(/✔ lecture-6 is complete\n\/tmp\/lecture-6\.zip\n/);
    await pty.waitFor(/lecture-5[^\n]*$/);
    expect(pty.raw()).toMatch(/lecture-6-\S+\.zip · \S+ {2}60 %/);
    const [done, path, ...drawn] = pty.screen().split('\n');
    expect([done, path]).toEqual(['✔ lecture-6 is complete', '/tmp/lecture-6.zip']);
    expect(drawn).toHaveLength(5);
    expect(drawn.map((line) => line.slice(2, 11))).toEqual(
      [1, 2, 3, 4, 5].map((index) => `lecture-${index}`),
    );
    expect(new Set(pty.cellsOf('%')).size).toBe(1);
  });

  test.each([40, 80, 200])('case 117: is removed by Ctrl-C in %d columns', async (columns) => {
    const pty = run('files', { columns, env: { NO_COLOR: '1' } });
    await pty.waitFor(/\/tmp\/lecture-6\.zip\n(.* \d0 %.*\n?){5}$/);
    pty.write('\x03');
    expect(await pty.exited).toEqual({ exitCode: 130, signal: 0 });
    expect(pty.screen().replace(/\^C\n?/, '')).toBe('✔ lecture-6 is complete\n/tmp/lecture-6.zip\nstopped');
    expectCursorShown(pty.raw());
  });

  test('case 117: leaves rows of a small window free and counts hidden files', async () => {
    const pty = run('files', { rows: 7 });
    // The finished file and its path are printed one after the other, each followed by a redraw.
    await pty.waitFor(/^.*\n.*\n.* 10 %.*\n.* 20 %.*\n {2}and 3 more$/);
    expect(pty.screen().split('\n')).toHaveLength(5);
  });

  test.each([
    ['ACCESSIBLE', { ACCESSIBLE: '1' }],
    ['CI', { CI: 'true' }],
    ['AI_AGENT', { AI_AGENT: '1' }],
    ['TERM=dumb', { TERM: 'dumb' }],
  ])('case 117: is not animated with %s', async (_name, env) => {
    const pty = run('transfer', { env });
    await pty.exited;
    expect(pty.raw()).not.toMatch(/\x1b\[\?|\r(?!\n)/);
    expect(pty.screen()).toMatch(/Lecture\.zip is complete$/);
  });

  test('is drawn under CI with --progress bar', async () => {
    const args = [SCENARIOS, build.folder, 'wait', 'bar'];
    const pty = run('wait', { args, env: { CI: 'true' } });
    await expect(pty.waitFor(/^\S dl-1 · preparing · 1s$/)).resolves.toBeUndefined();
  });

  test('case 117: uses only ASCII without a UTF-8 locale', async () => {
    const pty = run('wait', { env: { LANG: 'C' } });
    await pty.waitFor(/^[-\\|/] dl-1 - preparing - \ds$/);
    expect(pty.raw()).toMatch(/^[\0-\x7f]*$/);
  });

  test('has no color with NO_COLOR', async () => {
    const pty = run('wait', { env: { NO_COLOR: '1' } });
    await pty.waitFor('preparing');
    expect(pty.raw()).not.toMatch(/\x1b\[[\d;]*m/);
  });
});

test('case 114: a table is aligned on a real screen', async () => {
  const pty = run('table');
  await pty.exited;
  expect(pty.screen()).toMatch(/^TITLE +END\n/);
  const cells = pty.cellsOf('|');
  expect(cells).toHaveLength(5);
  expect(new Set(cells)).toHaveLength(1);
});

describe('a confirmation prompt', () => {
  test.each([
    ['y\r', true],
    ['n\r', false],
    ['\r', false],
  ])('reads %j as %s', async (keys, answer) => {
    const pty = run('confirm');
    await pty.waitFor('? Delete 3 packages?\\x1b[2J (y/N)');
    pty.write(keys);
    await pty.waitFor(`answer ${answer}`);
    expect(await pty.exited).toEqual({ exitCode: 0, signal: 0 });
  });

  test.each([
    ['Ctrl-C', '\x03', {}],
    ['Ctrl-D', '\x04', {}],
    ['Ctrl-D on a dumb terminal', '\x04', { TERM: 'dumb' }],
  ])('is interrupted by %s', async (_name, keys, env) => {
    const pty = run('confirm', { env });
    await pty.waitFor(/\(y\/N\)|\[y\/N\]/);
    pty.write(keys);
    expect(await pty.exited).toEqual({ exitCode: 130, signal: 0 });
    expect(pty.screen()).toContain('error: INTERRUPTED: Canceled.');
  });

  test.each([{ TERM: 'dumb' }, { ACCESSIBLE: '1' }])('case 117: is one plain line with %j', async (env) => {
    const pty = run('confirm', { env: { NO_COLOR: '1', ...env } });
    await pty.waitFor('Delete 3 packages?\\x1b[2J [y/N]');
    pty.write('yes\r');
    await pty.waitFor('answer true');
    await pty.exited;
    expect(pty.raw()).not.toContain('\x1b');
  });

  test('writes nothing to stdout', async () => {
    const pty = runInPty({
      command: 'bash',
      args: ['-c', `x=$(${process.execPath} ${SCENARIOS} ${build.folder} confirm); echo "out=[$x]"`],
    });
    await pty.waitFor('(y/N)');
    pty.write('y\r');
    await expect(pty.waitFor('out=[]')).resolves.toBeUndefined();
  });
});

describe('case 116: real pipes', () => {
  test('exits with 0 if the reader exits early', async () => {
    const { stdout, stderr } = await shell('$RUN lines | head -n 1; echo "${PIPESTATUS[0]}"');
    expect([stdout, stderr]).toEqual(['line 0\n0\n', '']);
  });

  test('reports an error for bytes if the reader is gone', async () => {
    const { stderr } = await shell('$RUN bytes | head -c 1 >/dev/null');
    expect(stderr).toBe('error: DISK: the reader of standard output closed the pipe\n');
  });

  test.runIf(process.platform === 'linux')('reports a full disk', async () => {
    const { stdout, stderr } = await shell('$RUN lines >/dev/full; echo $?');
    expect([stdout, stderr]).toEqual([
      '9\n',
      'error: DISK: cannot write to standard output: no space left on the disk\n',
    ]);
  });

  test('exits with 0 if its streams are closed', async () => {
    const { stdout, stderr } = await shell('$RUN transfer plain 2>&-; echo $?; $RUN lines >&- 2>&-; echo $?');
    expect([stdout, stderr]).toEqual(['0\n0\n', '']);
  });

  test('case 117: writes no escape codes to a pipe even if TERM is set', async () => {
    const { stdout, stderr } = await shell('TERM=xterm-256color $RUN transfer bar; $RUN table');
    expect(stdout + stderr).not.toContain('\x1b');
    expect(stderr).toBe('✔ Lecture.zip is complete\n');
  });
});
