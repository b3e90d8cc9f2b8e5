import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterThisTest } from '../after-this-test.ts';
import { WINE } from '../windows/launcher.ts';
import { startUnderWine } from '../windows/start-under-wine.ts';
import { fromWindowsPaths } from '../windows/windows-paths.ts';
import { DEFAULT_DEADLINE_MS, makeEnv, makePlace, type RunOptions, type RunPlace } from './run-place.ts';
import {
  asksForJson,
  assertInvariants,
  assertJsonDocument,
  assertPlainText,
  describeRun,
  parseDocument,
  type RunResult,
} from './run-result.ts';
import { startProgram } from './start-program.ts';

export interface RunBinaryOptions extends RunOptions {
  /** Prefix of the command: `['strace', '-f', …]`, or `node` with flags. */
  readonly wrapper?: readonly string[];
  readonly nodeFlags?: readonly string[];
  /** A script to run instead of the program. */
  readonly scriptPath?: string;
}

export interface BinaryResult extends RunResult {
  /** The signal that ended it, if any. Its exit code is then 128 + n, as in a shell. */
  readonly signal: NodeJS.Signals | null;
  readonly durationMs: number;
}

export interface BinaryRun {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly place: RunPlace;
  stdout(): string;
  stderr(): string;
  kill(signal?: NodeJS.Signals): void;
  /** Resolves when standard error (or output) matches; rejects if the run ends first. */
  waitFor(pattern: RegExp): Promise<void>;
  /** The result of the run, with its invariants checked. */
  readonly result: Promise<BinaryResult>;
}

/** A start under Wine takes seconds while the machine is busy. */
const TIMES_UNDER_WINE = 6;

export const BINARY_PATH = fileURLToPath(new URL('../../../bin/streamdiver-dl.js', import.meta.url));
const SIGNAL_NUMBERS: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** Runs the built program to completion in a process of its own. */
export function runBinary(args: readonly string[], options: RunBinaryOptions = {}): Promise<BinaryResult> {
  return startBinary(args, options).result;
}

/** Starts the built program. The caller observes or interrupts it, and awaits `result`. */
export function startBinary(args: readonly string[], options: RunBinaryOptions = {}): BinaryRun {
  const place = options.place ?? makePlace();
  const cwd = options.cwd ?? place.cwd;
  const command = [
    ...(options.wrapper ?? []),
    process.execPath,
    ...(options.nodeFlags ?? []),
    options.scriptPath ?? BINARY_PATH,
    ...args,
  ];
  const startedAtMs = performance.now();
  const watchers = new Set<() => void>();
  const startOptions = {
    cwd,
    env: makeEnv(place, options),
    input: options.input,
    keepInputOpen: options.keepInputOpen,
    onOutput: () => {
      for (const watcher of watchers) watcher();
    },
  };
  const started =
    WINE === null ? startProgram(command, startOptions) : startUnderWine(command, startOptions, WINE);
  const { child } = started;
  const text = (name: 'stdout' | 'stderr') => {
    const written = started.output(name).toString('utf8');
    return WINE === null || options.isOutputData ? written : fromWindowsPaths(written, cwd, WINE);
  };

  const ended = new Promise<BinaryResult>((resolve, reject) => {
    const deadlineMs = (options.deadlineMs ?? DEFAULT_DEADLINE_MS) * (WINE === null ? 1 : TIMES_UNDER_WINE);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      const soFar = { stdout: text('stdout'), stderr: text('stderr') };
      reject(new Error(`${args.join(' ')}: killed after ${deadlineMs} ms\n${describeRun(soFar)}`));
    }, deadlineMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const stdout = text('stdout');
      resolve({
        ...place,
        cwd,
        exitCode: code ?? 128 + (signal === null ? 0 : (SIGNAL_NUMBERS[signal] ?? 0)),
        signal,
        durationMs: performance.now() - startedAtMs,
        stdoutBytes: started.output('stdout'),
        stdout,
        stderr: text('stderr'),
        json: (asksForJson(args) ? parseDocument(stdout) : undefined) ?? {},
        requests: options.api?.requests ?? [],
      });
    });
  });
  const result = ended.then((outcome) => {
    assertInvariants(outcome, options);
    assertPlainText(outcome, options);
    // A killed process had no time to write its document.
    if (outcome.signal === null) assertJsonDocument(args, outcome, options);
    return outcome;
  });
  // A result that is not awaited must not crash the test runner.
  result.catch(() => {});
  afterThisTest(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  });

  return {
    child,
    pid: child.pid ?? 0,
    place,
    stdout: () => text('stdout'),
    stderr: () => text('stderr'),
    kill: (signal = 'SIGTERM') => child.kill(signal),
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const watch = () => {
          if (!pattern.test(text('stderr')) && !pattern.test(text('stdout'))) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
        const giveUp = () => {
          watch();
          reject(new Error(`ended without ${pattern}\n${text('stdout')}\n${text('stderr')}`));
        };
        ended.then(giveUp, giveUp);
      }),
    result,
  };
}
