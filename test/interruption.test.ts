import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ExpectedError } from '../src/errors.ts';
import { watchForInterruption } from '../src/interruption.ts';
import type { SignalName } from '../src/world.ts';
import { takeWarnings } from './setup/node-warnings.ts';
import { afterThisTest } from './support/after-this-test.ts';
import { createFastClock } from './support/fast-clock.ts';

/** A process that does nothing until it is killed. */
async function startParent(): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  afterThisTest(async () => void child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error('no process');
  return Object.assign(child, { pid: child.pid });
}

function isProcessAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function watch(env: Record<string, string>, parentPid: () => number) {
  const { signal, stop } = watchForInterruption({
    env,
    parentPid,
    isProcessAlive,
    clock: createFastClock(),
    onSignal: () => () => undefined,
    hasTerminal: () => true,
    exitNow: () => undefined,
  });
  afterThisTest(async () => stop());
  return signal;
}

async function untilAborted(signal: AbortSignal): Promise<unknown> {
  if (!signal.aborted) await once(signal, 'abort');
  return signal.reason;
}

/** Watches for signals of a process at a time that the test sets. */
function watchSignals({ hasTerminal }: { hasTerminal: boolean }) {
  const callbacks = new Map<SignalName, () => void>();
  const exits: number[] = [];
  let nowMs = 0;
  const { signal, stop } = watchForInterruption({
    env: {},
    parentPid: () => 1,
    isProcessAlive: () => true,
    clock: { ...createFastClock(), monotonicMs: () => nowMs },
    onSignal(name, callback) {
      callbacks.set(name, callback);
      return () => callbacks.delete(name);
    },
    hasTerminal: () => hasTerminal,
    exitNow: (exitCode) => void exits.push(exitCode),
  });
  const send = (name: SignalName, atMs: number) => {
    nowMs = atMs;
    callbacks.get(name)?.();
  };
  return { signal, stop, send, exits, callbacks };
}

describe('a signal', () => {
  it.each([
    ['SIGINT', 'Interrupted.', 130],
    ['SIGTERM', 'Interrupted by SIGTERM.', 143],
    ['SIGHUP', 'Interrupted by SIGHUP.', 129],
  ] as const)(
    '%s stops the command, and a second one half a second later the process',
    (name, message, code) => {
      const { signal, stop, send, exits, callbacks } = watchSignals({ hasTerminal: true });
      expect(signal.aborted).toBe(false);
      send(name, 0);
      expect(signal.reason).toMatchObject({ code: 'INTERRUPTED', exitCode: code, message });
      send(name, 499);
      expect(exits).toEqual([]);
      send(name, 500);
      expect(exits).toEqual([code]);
      expect(signal.reason).toMatchObject({ message });
      stop();
      expect([...callbacks]).toEqual([]);
    },
  );

  it('SIGHUP is ignored without a terminal, as with nohup', () => {
    const { signal, send, exits } = watchSignals({ hasTerminal: false });
    send('SIGHUP', 0);
    expect(signal.aborted).toBe(false);
    send('SIGTERM', 10);
    send('SIGHUP', 1_000);
    expect([signal.aborted, exits]).toEqual([true, []]);
  });

  it('has many listeners without a warning of Node', async () => {
    const { signal } = watchSignals({ hasTerminal: true });
    for (let count = 0; count < 50; count += 1) signal.addEventListener('abort', () => undefined);
    await new Promise(setImmediate);
    expect(takeWarnings()).toEqual([]);
  });
});

describe('when the parent process ends', () => {
  const env = { npm_command: 'exec' };

  it('under npx, stops as on SIGTERM when another process adopts it', async () => {
    let parentPid = process.ppid;
    const signal = watch(env, () => parentPid);
    expect(signal.aborted).toBe(false);
    parentPid = process.pid;
    const reason = await untilAborted(signal);
    expect(reason).toBeInstanceOf(ExpectedError);
    expect(reason).toMatchObject({ code: 'INTERRUPTED', exitCode: 143 });
  });

  it('under npx, stops if it keeps the ID of the dead parent, as on Windows', async () => {
    const parent = await startParent();
    const signal = watch(env, () => parent.pid);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(signal.aborted).toBe(false);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    expect(await untilAborted(signal)).toMatchObject({ code: 'INTERRUPTED', exitCode: 143 });
  });

  it('without npx, continues, because the user detached it', async () => {
    const parent = await startParent();
    const signal = watch({}, () => parent.pid);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(signal.aborted).toBe(false);
  });
});
