import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LIMITED_RIGHTS } from '../support/process/limited-rights.ts';
import { BINARY_PATH, runBinary } from '../support/process/run-binary.ts';
import { makePlace } from '../support/process/run-place.ts';
import { expectDocument } from './output-documents.ts';
import { runCommand, runUntil } from './run-command.ts';

describe('sandbox -- COMMAND', () => {
  /** A script that records its arguments and environment, then runs `lastLine`. */
  function makeScript(lastLine: string, firstLine = '') {
    const place = makePlace();
    const script = join(place.temp, 'child.cjs');
    const report = join(place.temp, 'report.json');
    writeFileSync(
      script,
      `${firstLine}
       require('node:fs').writeFileSync(${JSON.stringify(report)}, JSON.stringify({
         argv: process.argv.slice(2), env: process.env }));
       ${lastLine}`,
    );
    return { place, script, read: () => JSON.parse(readFileSync(report, 'utf8')) };
  }

  test('runs the command with the variables set, prints nothing itself, and stops', async () => {
    const { place, script, read } = makeScript('');
    const line = ['sandbox', '--', process.execPath, script, '-q', '--json', '--', 'x'];
    const run = await runCommand(line, { place, env: { STREAMDIVER_PROFILE: 'real', OTHER: 'kept' } });
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toBe('');
    const { argv, env } = read();
    expect(argv).toEqual(['-q', '--json', '--', 'x']);
    expect(env).toMatchObject({
      STREAMDIVER_API_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v2$/),
      STREAMDIVER_SSO_URL: env.STREAMDIVER_API_URL.replace('/v2', ''),
      STREAMDIVER_TOKEN: expect.stringMatching(/./),
      STREAMDIVER_TENANT: 'sandbox',
      STREAMDIVER_CLIENT_ID: expect.stringMatching(/./),
      STREAMDIVER_CLIENT_SECRET: expect.stringMatching(/./),
      OTHER: 'kept',
    });
    expect(env).not.toHaveProperty('STREAMDIVER_PROFILE');
    await expect(runCommand(['list', '--api-url', env.STREAMDIVER_API_URL])).resolves.toMatchObject({
      exitCode: 6,
    });
  });

  test.each([
    ['process.exit(7)', 7],
    ['process.exit(0)', 0],
    ["process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 5000)", 143],
  ])('a command that ends with %s exits with %i', async (lastLine, exitCode) => {
    const { place, script } = makeScript(lastLine);
    const run = await runCommand(['sandbox', '--', process.execPath, script], { place });
    expect(run.exitCode).toBe(exitCode);
  });

  test('prints only the stdout of the command, which gets client credentials', async () => {
    const line =
      "const e = process.env; console.log(e.STREAMDIVER_TENANT, e.STREAMDIVER_CLIENT_ID !== '', e.STREAMDIVER_CLIENT_SECRET !== '')";
    const run = await runBinary(['sandbox', '--', process.execPath, '-e', line]);
    expect(run).toMatchObject({ exitCode: 0, stdout: 'sandbox true true\n' });
  });

  test('reports a missing TMPDIR', async () => {
    const run = await runBinary(['sandbox', '--', process.execPath, '-e', ''], {
      env: { TMPDIR: '/no/such/folder' },
    });
    expect(run.exitCode).toBe(9);
    expect(run.stderr).toMatch(/could not make a folder in \/no\/such\/folder[^]*hint: set TMPDIR/);
  });

  test.runIf(process.platform === 'linux')(
    'warns about and skips unreadable files in --media-dir',
    async () => {
      const place = makePlace();
      const media = join(place.cwd, 'media');
      mkdirSync(join(media, 'closed'), { recursive: true });
      for (const name of ['film.mp4', 'closed.mp4']) writeFileSync(join(media, name), name);
      for (const name of ['closed', 'closed.mp4']) chmodSync(join(media, name), 0);
      writeFileSync(
        Buffer.concat([Buffer.from(`${media}/`), Buffer.from([0xe9]), Buffer.from('.mp4')]),
        'old',
      );
      const list = [process.execPath, BINARY_PATH, 'media', 'list', '--format', 'id'];
      const run = await runBinary(['sandbox', '--media-dir', 'media', '--', ...list], {
        place,
        wrapper: LIMITED_RIGHTS ?? [],
      });
      expect(run.exitCode).toBe(0);
      expect(run.stderr).toContain('/media/\ufffd.mp4: its name is not UTF-8');
      expect(run.stdout.trim().split('\n')).toHaveLength(LIMITED_RIGHTS === null ? 2 : 1);
      if (LIMITED_RIGHTS === null) return;
      expect(run.stderr).toContain('/media/closed.mp4: permission denied');
      expect(run.stderr).toContain('/media/closed: permission denied');
    },
  );

  test('stops on Ctrl-C', async () => {
    // The report tells that the script is ready for the signal.
    const onSignal = "process.on('SIGTERM', () => process.exit(7));";
    const { place, script } = makeScript('setInterval(() => {}, 1000);', onSignal);
    const report = join(place.temp, 'report.json');
    const run = await runUntil(() => existsSync(report), ['sandbox', '--', process.execPath, script], {
      place,
    });
    expect(run.exitCode).toBe(7);
  });

  test('a command that does not exist exits with 2', async () => {
    const run = await runCommand(['sandbox', '--', 'no-such-program-anywhere']);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('cannot run no-such-program-anywhere');
    expect(run.stderr).not.toContain('cmd /c');
  });

  test('suggests cmd /c for a script that Windows cannot start without a shell', async () => {
    const run = await runCommand(['sandbox', '--', 'no-such-program-anywhere'], { platform: 'win32' });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('hint: if it is a script, use cmd /c no-such-program-anywhere');
  });

  test('exits with 2 when starting the program throws synchronously', async () => {
    // E2BIG is thrown synchronously, as EINVAL is for a script on Windows.
    const words = ['sandbox', '--', process.execPath, 'x'.repeat(4_000_000)];
    const run = await runCommand(words, { platform: 'win32' });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(`error: cannot run ${process.execPath}: spawn E2BIG`);
    expect(run.stderr).toContain(`hint: if it is a script, use cmd /c ${process.execPath}`);
  });
});

describe('sandbox alone', () => {
  test('serves until it is stopped, and prints the variables to set', async () => {
    let answer: Promise<Awaited<ReturnType<typeof runCommand>>> | undefined;
    const run = await runCommand(['sandbox', '--prepare', '0'], {
      onStart(control) {
        const timer = setInterval(() => {
          if (!control.stderr().includes('STREAMDIVER_TOKEN')) return;
          clearInterval(timer);
          const document = JSON.parse(control.stdout());
          expectDocument('sandbox', document);
          const { url, token } = document;
          answer = runCommand(['media', 'list', '--json'], { token, env: { STREAMDIVER_API_URL: url } });
          void answer.finally(() => control.signal('SIGINT'));
        }, 20);
      },
    });
    expect(run.exitCode).toBe(0);
    expect(run.stderr).toMatch(/Ctrl-C[^]*export STREAMDIVER_API_URL=[^]*export STREAMDIVER_TOKEN=/);
    expect(await answer).toMatchObject({ exitCode: 0, json: { truncated: false } });
  });

  test('prints the variables for PowerShell on Windows', async () => {
    const run = await runCommand(['sandbox'], {
      platform: 'win32',
      onStart(control) {
        const timer = setInterval(() => {
          if (!control.stderr().includes('STREAMDIVER_TOKEN')) return;
          clearInterval(timer);
          control.signal('SIGINT');
        }, 20);
      },
    });
    const { url, token } = JSON.parse(run.stdout);
    expect(run.stderr).toContain(`  $env:STREAMDIVER_API_URL = '${url}'\n`);
    expect(run.stderr).toContain(`  $env:STREAMDIVER_TOKEN = '${token}'\n`);
    expect(run.stderr).not.toContain('export ');
  });

  test('a port in use exits with 2', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const address = blocker.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const run = await runCommand(['sandbox', '--port', port]);
    blocker.close();
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain(port);
  });

  test('a missing media folder exits with 2', async () => {
    const run = await runCommand(['sandbox', '--media-dir', 'nowhere']);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain('nowhere');
  });

  test('--media-dir serves the folder, relative to the working directory', async () => {
    const place = makePlace();
    writeFileSync(join(place.cwd, 'clip.mp4'), 'film');
    writeFileSync(join(place.cwd, 'clip.srt'), '1\n00:00:00,000 --> 00:00:01,000\nHello\n');
    const lister = join(place.temp, 'noop.cjs');
    writeFileSync(lister, 'setTimeout(() => {}, 100)');
    let listed: Promise<Awaited<ReturnType<typeof runCommand>>> | undefined;
    const run = await runCommand(['sandbox', '--media-dir', '.'], {
      place,
      onStart(control) {
        const timer = setInterval(() => {
          if (!control.stderr().includes('STREAMDIVER_TOKEN')) return;
          clearInterval(timer);
          const { url, token } = JSON.parse(control.stdout());
          listed = runCommand(['media', 'list', '--json'], { token, env: { STREAMDIVER_API_URL: url } });
          void listed.finally(() => control.signal('SIGTERM'));
        }, 20);
      },
    });
    expect(run.exitCode).toBe(0);
    expect((await listed)?.json).toMatchObject({ count: 1, items: [{ name: 'clip', type: 'video' }] });
  });
});
