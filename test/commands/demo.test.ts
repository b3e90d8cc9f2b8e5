import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runBinary } from '../support/process/run-binary.ts';
import { listTree } from '../support/temp-folder.ts';
import { runCommand } from './run-command.ts';

test('runs the whole job without an account and prints each command', async () => {
  const run = await runCommand(['demo'], { token: null, deadlineMs: 60_000 });
  expect(run.exitCode).toBe(0);
  const commands = run.stderr.split('\n').filter((line) => line.startsWith('$ '));
  expect(commands.map((line) => line.split(' ').slice(1, 3).join(' '))).toEqual([
    'streamdiver-dl media',
    'streamdiver-dl media',
    'streamdiver-dl transcripts',
    'streamdiver-dl create',
    'streamdiver-dl list',
    'streamdiver-dl rm',
  ]);
  expect(run.stderr).toMatch(
    /^Running against a local sandbox\. Nothing leaves this machine\.\n\nList the media library:\n\$ /,
  );
  expect(run.stderr).toMatch(
    /\n\nDone\. Files: .*\nTo use your account, run 'streamdiver-dl login', then 'streamdiver-dl media list'\.\n$/,
  );
  const [folder = ''] = readdirSync(run.temp).filter((name) => name.includes('demo'));
  const files = listTree(join(run.temp, folder)).filter(({ type }) => type === 'file');
  const names = files.map(({ path }) => path);
  for (const pattern of [/\.zip$/, /\.mp4$/, /\.srt$/, /\.txt$/, /\.vtt$/])
    expect(names).toEqual(expect.arrayContaining([expect.stringMatching(pattern)]));
  expect(run.stderr).toContain(`Done. Files: ${join(run.temp, folder)}`);
  expect(readdirSync(run.cwd)).toEqual([]);
});

test('prints what each command prints before it explains the next one', async () => {
  const wrapper = ['sh', '-c', 'exec "$@" 2>&1', 'sh'];
  const run = await runBinary(['demo'], { token: null, wrapper, deadlineMs: 60_000 });
  expect(run.exitCode).toBe(0);
  const printed = run.stdout.split('\n$ ').slice(1);
  const outputs = printed.map((text) => text.replace(/^.*\n/, '').replace(/\n\n[^]*$/, ''));
  expect(outputs).toEqual([
    expect.stringMatching(/\tvideo\t/),
    expect.stringContaining('rendition\t'),
    expect.stringMatching(/\.vtt$/m),
    expect.stringMatching(/\.zip$/m),
    expect.stringContaining('\tMy first package'),
    expect.stringContaining('Package deleted.'),
  ]);
});

test('case 137: ignores real credentials and profiles', async () => {
  const env = { STREAMDIVER_API_URL: 'http://127.0.0.1:1', STREAMDIVER_PROFILE: 'nobody' };
  expect((await runCommand(['demo', '-q'], { env, deadlineMs: 60_000 })).exitCode).toBe(0);
});

test('exits with 130 on Ctrl-C', async () => {
  const run = await runCommand(['demo'], {
    onStart(control) {
      const timer = setInterval(() => {
        if (!control.stderr().includes('$ streamdiver-dl create')) return;
        clearInterval(timer);
        control.signal('SIGINT');
      }, 20);
    },
  });
  expect(run.exitCode).toBe(130);
});
