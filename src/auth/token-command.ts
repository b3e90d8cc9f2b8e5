import { type ChildProcess, spawn } from 'node:child_process';
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

/** Long enough for somebody to type a passphrase into the window of a password manager. */
const TIME_LIMIT_MS = 60_000;
const OUTPUT_LIMIT_BYTES = 65_536;
const TOLD_CHARACTERS = 500;

/**
 * Runs a program and takes what it prints for a token. No shell is involved, it gets no input and no
 * secret of ours, and what it says on standard error is told only when it fails.
 * @throws ExpectedError AUTH when it cannot be run, fails, takes too long or prints no token
 */
export async function runTokenCommand(
  command: string,
  { env, platform, clock, signal }: TokenCommandOptions,
): Promise<string> {
  signal.throwIfAborted();
  const [program, ...words] = splitCommand(command);
  const child = start(program, words, { env, platform });
  let problem: string | null = null;
  const stop = (why: string) => {
    problem ??= why;
    child.kill('SIGKILL');
    // A grandchild may hold them open.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const stopTimer = clock.after(TIME_LIMIT_MS, () => stop(`took longer than ${TIME_LIMIT_MS / 1000} s`));
  const onAbort = () => stop('was interrupted');
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const onTooMuch = () => stop('printed more than 64 KiB');
    const output = collect(child.stdout, onTooMuch);
    const complaint = collect(child.stderr, onTooMuch);
    const ending = await endOf(child);
    signal.throwIfAborted();
    const printed = output().trim();
    problem ??= ending;
    if (problem !== null) {
      const error = failure(program, problem, withoutText(complaint(), printed));
      throw child.pid === undefined ? withScriptHint(error, program, platform) : error;
    }
    const hint = `let ${program} print the token alone, on one line`;
    return parseSecret(printed, `the output of ${program}`, hint);
  } finally {
    stopTimer();
    signal.removeEventListener('abort', onAbort);
  }
}

function collect(stream: NodeJS.ReadableStream, onTooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > OUTPUT_LIMIT_BYTES) onTooMuch();
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

function start(
  program: string,
  words: readonly string[],
  { env, platform }: Pick<TokenCommandOptions, 'env' | 'platform'>,
) {
  try {
    return spawn(program, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: withoutOwnVariables(env),
      windowsHide: true,
    });
  } catch (error) {
    // Node throws what is no failure to find or to open the program: EINVAL for a script on Windows.
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw withScriptHint(failure(program, notRun(error), ''), program, platform);
  }
}

function notRun(error: Error): string {
  return `could not be run (${'code' in error && typeof error.code === 'string' ? error.code : error.name})`;
}

/** Null for a good end. */
function endOf(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(notRun(error)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(null);
      else resolve(code === null ? `was ended by ${signal ?? 'a signal'}` : `failed with exit code ${code}`);
    });
  });
}

/** A program that traces itself may repeat the token where it complains. */
function withoutText(complaint: string, secret: string): string {
  return secret === '' ? complaint : complaint.replaceAll(secret, '***');
}

/** On Windows az, gcloud and many others are scripts, which only a shell can run. */
function withScriptHint(error: ExpectedError, program: string, platform: NodeJS.Platform): ExpectedError {
  return platform === 'win32'
    ? error.with({ hint: `if it is a script, put cmd /c before ${program}` })
    : error;
}

function failure(program: string, problem: string, complaint: string): ExpectedError {
  const said = complaint.trim().slice(-TOLD_CHARACTERS);
  return new ExpectedError(
    'AUTH',
    `the token command ${program} ${problem}${said === '' ? '' : `: ${said}`}`,
    {
      hint: 'run it by itself to see what is wrong, or sign in again with streamdiver-dl login',
    },
  );
}
