import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { isatty } from 'node:tty';
import { describe, expect, test, vi } from 'vitest';
import { createClock } from '../src/clock.ts';
import { makeNodeWorld } from '../src/node-world.ts';
import { afterThisTest } from './support/after-this-test.ts';

const world = makeNodeWorld();
const onLinux = process.platform === 'linux';

test('has the properties of the process', () => {
  expect(world).toMatchObject({
    argv: process.argv.slice(2),
    platform: process.platform,
    nodeVersion: process.version,
    pid: process.pid,
    userId: process.geteuid?.() ?? null,
    temporaryFolder: os.tmpdir(),
  });
  expect(world.env).toBe(process.env);
  expect([world.stdin, world.stdout, world.stderr]).toEqual([process.stdin, process.stdout, process.stderr]);
  expect([world.cwd(), world.parentPid()]).toEqual([process.cwd(), process.ppid]);
  expect(world.hasTerminal()).toBe([0, 1, 2].some((descriptor) => isatty(descriptor)));
  expect(Math.abs(world.clock.now() - createClock().now())).toBeLessThan(60_000);
  expect(new Set([world.random(), world.random(), world.random()]).size).toBeGreaterThan(1);
});

test('has the first label of the hostname, in lowercase', () => {
  expect(world.hostname).toBe(os.hostname().split('.')[0]?.toLowerCase());
});

test('calls back on a signal until it is stopped', () => {
  const before = process.listenerCount('SIGHUP');
  let count = 0;
  const stop = world.onSignal('SIGHUP', () => {
    count += 1;
  });
  expect(process.listenerCount('SIGHUP')).toBe(before + 1);
  process.listeners('SIGHUP').at(-1)?.('SIGHUP');
  expect(count).toBe(1);
  stop();
  expect(process.listenerCount('SIGHUP')).toBe(before);
});

test('has the uptime of the machine in milliseconds', () => {
  const uptime = vi.spyOn(os, 'uptime').mockReturnValue(12.5);
  expect(world.uptimeMs()).toBe(12_500);
  uptime.mockRestore();
});

test('ends the process with the exit code', () => {
  const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
  world.exitNow(143);
  expect(exit.mock.calls).toEqual([[143]]);
  exit.mockRestore();
});

describe('a process', () => {
  /** A child that is killed after the test, and the first line of its output. */
  async function start(command: string, args: readonly string[]) {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    afterThisTest(async () => void child.kill('SIGKILL'));
    const [chunk] = await once(child.stdout, 'data');
    return { child, pid: child.pid ?? 0, line: String(chunk).trim() };
  }

  test('is alive until it exits', async () => {
    const { child, pid } = await start(process.execPath, [
      '-e',
      'console.log(1); setInterval(() => {}, 1000)',
    ]);
    expect(world.isProcessAlive(pid)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect([world.isProcessAlive(pid), world.processStartedAt(pid)]).toEqual([false, null]);
  });

  test.runIf(onLinux)('has the start time that the system reports, even with an odd name', async () => {
    const { pid } = await start(process.execPath, [
      '-e',
      'process.title = "a) b (c"; console.log(1); setInterval(() => {}, 1000)',
    ]);
    for (const one of [pid, process.pid]) {
      const [, ...fields] = readFileSync(`/proc/${one}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      expect(world.processStartedAt(one)).toBe(fields[18]);
    }
    expect(world.processStartedAt(2 ** 30)).toBeNull();
  });

  test.runIf(onLinux)('is dead as a zombie', async () => {
    const { line } = await start('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
    const isZombie = () => /\) Z /.test(readFileSync(`/proc/${line}/stat`, 'utf8'));
    await expect.poll(isZombie).toBe(true);
    expect(world.isProcessAlive(Number(line))).toBe(false);
  });
});

test('standard output of the tests is open', () => {
  expect(world.isOutputClosed()).toBe(false);
});
