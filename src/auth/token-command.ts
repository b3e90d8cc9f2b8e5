import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import { ExpectedError } from '../errors.ts';
import { withoutOwnVariables } from './own-variables.ts';
import { parseSecret } from './secret-text.ts';
import { splitCommand } from './split-command.ts';

export interface TokenCommandOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Enough time to type a passphrase for a password manager. */
const TIME_LIMIT_MS = 60_000;
const OUTPUT_LIMIT_BYTES = 65_536;
const SHOWN_CHARACTERS = 500;
/** Has the same effect on programs that the program runs, especially with `cmd /c`. */
const NOT_FROM_CURRENT_FOLDER = { NoDefaultCurrentDirectoryInExePath: '1' };

/**
 * Runs a program and reads a token from its output. The program gets no shell, no input, and no secrets. Its standard
 * error is shown only if it fails.
 * @throws ExpectedError AUTH if it cannot be run, fails, times out, or prints no token
 */
export async function runTokenCommand(
  command: string,
  { env, platform, clock, signal }: TokenCommandOptions,
): Promise<string> {
  signal.throwIfAborted();
  const [program, ...words] = splitCommand(command, platform);
  const child = start(program, words, { env, platform });
  let problem: string | null = null;
  const stop = (why: string) => {
    problem ??= why;
    child.kill('SIGKILL');
    // A grandchild can keep them open.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const stopTimer = clock.after(TIME_LIMIT_MS, () => stop(`took longer than ${TIME_LIMIT_MS / 1000} s`));
  const onAbort = () => stop('was interrupted');
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const onLimit = () => stop('printed more than 64 KiB');
    const output = collect(child.stdout, onLimit);
    const errorOutput = collect(child.stderr, onLimit);
    const ending = await endOf(child);
    signal.throwIfAborted();
    const printed = output().trim();
    problem ??= ending;
    if (problem !== null) {
      const error = failure(program, problem, withoutText(errorOutput(), printed));
      throw child.pid === undefined ? withScriptHint(error, program, platform) : error;
    }
    const hint = `make ${program} print only the token, on one line`;
    return parseSecret(printed, `the output of ${program}`, hint);
  } finally {
    stopTimer();
    signal.removeEventListener('abort', onAbort);
  }
}

function collect(stream: NodeJS.ReadableStream, onLimit: () => void): () => string {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > OUTPUT_LIMIT_BYTES) onLimit();
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

function start(
  program: string,
  words: readonly string[],
  { env, platform }: Pick<TokenCommandOptions, 'env' | 'platform'>,
) {
  const isWindows = platform === 'win32';
  const file = isWindows ? findProgram(program, env) : program;
  if (file === null) throw withScriptHint(failure(program, 'was not found in PATH', ''), program, platform);
  try {
    return spawn(file, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...withoutOwnVariables(env), ...(isWindows ? NOT_FROM_CURRENT_FOLDER : {}) },
      windowsHide: true,
    });
  } catch (error) {
    // Node throws some errors synchronously, such as EINVAL for a script on Windows.
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw withScriptHint(failure(program, notRun(error), ''), program, platform);
  }
}

/**
 * Looks up a program without a folder, in PATH only: Windows would run one in the current folder first.
 * Null if not found.
 */
function findProgram(program: string, env: TokenCommandOptions['env']): string | null {
  if (/[\\/:]/.test(program)) return program;
  const [, searched = ''] = Object.entries(env).find(([name]) => name.toUpperCase() === 'PATH') ?? [];
  const names = [...(program.includes('.') ? [program] : []), `${program}.com`, `${program}.exe`];
  return (
    searched
      .split(path.delimiter)
      .map((folder) => folder.replaceAll('"', ''))
      // A relative one, such as `.`, depends on the current folder as well.
      .filter((folder) => path.isAbsolute(folder))
      .flatMap((folder) => names.map((name) => path.join(folder, name)))
      .find(isFile) ?? null
  );
}

/** A file that cannot be checked cannot be run either. */
function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function notRun(error: Error): string {
  return `cannot be run (${'code' in error && typeof error.code === 'string' ? error.code : error.name})`;
}

/** Null on success. */
function endOf(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(notRun(error)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(null);
      else
        resolve(
          code === null ? `was terminated by ${signal ?? 'a signal'}` : `failed with exit code ${code}`,
        );
    });
  });
}

/** A program with tracing enabled can print the token to standard error. */
function withoutText(errorOutput: string, secret: string): string {
  return secret === '' ? errorOutput : errorOutput.replaceAll(secret, '***');
}

/** On Windows, az, gcloud, and many others are scripts, which need a shell. */
function withScriptHint(error: ExpectedError, program: string, platform: NodeJS.Platform): ExpectedError {
  return platform === 'win32' ? error.with({ hint: `if it is a script, use cmd /c ${program}` }) : error;
}

function failure(program: string, problem: string, errorOutput: string): ExpectedError {
  const detail = errorOutput.trim().slice(-SHOWN_CHARACTERS);
  return new ExpectedError(
    'AUTH',
    `the token command ${program} ${problem}${detail === '' ? '' : `: ${detail}`}`,
    {
      hint: 'run the command on its own to see the problem',
    },
  );
}
