import { hostname, uptime } from 'node:os';
import type { SignalName, World } from '../../../src/world.ts';
import { createFastClock, type FastClock } from '../fast-clock.ts';
import { isProcessAlive } from './is-process-alive.ts';
import { DEFAULT_DEADLINE_MS, makeEnv, makePlace, type RunOptions } from './run-place.ts';
import {
  asksForJson,
  assertInvariants,
  assertJsonDocument,
  assertPlainText,
  describeRun,
  parseDocument,
  type RunResult,
} from './run-result.ts';
import { captureStream, openInput } from './streams.ts';

export interface RunProgramOptions extends RunOptions {
  /** Whether the three streams are terminals: one value for all, or by name. */
  readonly isTTY?:
    | boolean
    | { readonly stdin?: boolean; readonly stdout?: boolean; readonly stderr?: boolean };
  readonly columns?: number;
  readonly clock?: FastClock;
  readonly platform?: NodeJS.Platform;
  /** Whether the current folder was deleted. */
  readonly isFolderGone?: boolean;
  /** Whether standard output was closed before the start. */
  readonly isOutputClosed?: boolean;
  /** For jitter and names; constant by default. */
  readonly random?: () => number;
  /** Called before the run, with functions to interact with it. */
  readonly onStart?: (control: RunControl) => void;
}

export interface RunControl {
  /** Sends a signal like a terminal. */
  signal(name: SignalName): void;
  /** Writes to standard input, which must be open (`keepInputOpen`). */
  type(keys: string): void;
  /** The output so far. */
  stdout(): string;
  stderr(): string;
}

export interface ProgramResult extends RunResult {
  readonly clock: FastClock;
}

/**
 * Runs a `main` function in this process, in its own world, and checks the invariants of every run.
 * @throws Error if an invariant is violated or the run does not end in time
 */
export async function runProgram(
  main: (world: World) => Promise<number>,
  args: readonly string[],
  options: RunProgramOptions = {},
): Promise<ProgramResult> {
  const place = options.place ?? makePlace();
  const cwd = options.cwd ?? place.cwd;
  const clock = options.clock ?? createFastClock();
  const isTTY = typeof options.isTTY === 'object' ? options.isTTY : allOf(options.isTTY ?? false);
  const stdout = captureStream({ isTTY: isTTY.stdout ?? false, columns: options.columns ?? 80 });
  const stderr = captureStream({ isTTY: isTTY.stderr ?? false, columns: options.columns ?? 80 });
  const stdin = openInput({ isTTY: isTTY.stdin ?? false });
  if (options.input !== undefined) stdin.write(options.input);
  if (options.keepInputOpen !== true) stdin.end();
  const listeners = new Map<SignalName, Set<() => void>>();
  let exitAtOnce: (exitCode: number) => void = () => {};
  const atOnce = new Promise<number>((resolve) => {
    exitAtOnce = resolve;
  });
  const world: World = {
    argv: args,
    env: makeEnv(place, options),
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    cwd: () => {
      if (options.isFolderGone !== true) return cwd;
      throw Object.assign(new Error('ENOENT: no such file or directory, uv_cwd'), {
        code: 'ENOENT',
        syscall: 'uv_cwd',
        errno: -2,
      });
    },
    platform: options.platform ?? process.platform,
    nodeVersion: process.version,
    hostname: hostname(),
    pid: process.pid,
    userId: process.geteuid?.() ?? null,
    parentPid: () => process.ppid,
    isProcessAlive,
    processStartedAt: () => null,
    uptimeMs: () => uptime() * 1_000,
    temporaryFolder: place.temp,
    clock,
    random: options.random ?? (() => 0.5),
    onSignal(name, callback) {
      const callbacks = listeners.get(name) ?? new Set();
      listeners.set(name, callbacks.add(callback));
      return () => callbacks.delete(callback);
    },
    hasTerminal: () => true,
    isOutputClosed: () => options.isOutputClosed === true,
    exitNow: (exitCode) => exitAtOnce(exitCode),
  };
  options.onStart?.({
    signal: (name) => {
      for (const callback of Array.from(listeners.get(name) ?? [])) callback();
    },
    type: (keys) => stdin.write(keys),
    stdout: () => stdout.text(),
    stderr: () => stderr.text(),
  });

  const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const soFar = { stdout: stdout.text(), stderr: stderr.text() };
      reject(new Error(`${args.join(' ')}: no end within ${deadlineMs} ms\n${describeRun(soFar)}`));
    }, deadlineMs);
  });
  let exitCode: number;
  try {
    exitCode = await Promise.race([main(world), atOnce, tooLate]);
  } finally {
    clearTimeout(timer);
  }

  const stdoutBytes = stdout.bytes();
  const result: ProgramResult = {
    ...place,
    cwd,
    exitCode,
    clock,
    stdoutBytes,
    stdout: stdout.text(),
    stderr: stderr.text(),
    json: (asksForJson(args) ? parseDocument(stdout.text()) : undefined) ?? {},
    requests: options.api?.requests ?? [],
  };
  assertInvariants(result, options);
  if (isTTY.stdout !== true && isTTY.stderr !== true) assertPlainText(result, options);
  assertJsonDocument(args, result, options);
  return result;
}

function allOf(isTTY: boolean): { stdin: boolean; stdout: boolean; stderr: boolean } {
  return { stdin: isTTY, stdout: isTTY, stderr: isTTY };
}
