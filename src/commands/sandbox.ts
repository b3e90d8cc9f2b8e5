import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Command } from 'commander';
import type { LocalContext } from '../context.ts';
import { resolvePath } from '../disk/resolve-path.ts';
import { ExpectedError } from '../errors.ts';
import { forFlag, nonEmpty, repeatable, withCompletions } from '../flags/flag-values.ts';
import { parseCount } from '../parse/count.ts';
import { parseDuration } from '../parse/duration.ts';
import type { Traits } from '../sandbox/dialect/traits.ts';
import type { SandboxFault } from '../sandbox/faults/faults.ts';
import type { Sandbox } from '../sandbox/start.ts';
import { assignmentLine } from '../terminal/text/shell-quote.ts';
import { sandboxEnvironment, sandboxVariables } from './sandbox/sandbox-environment.ts';

export interface SandboxCommandOptions {
  /** 0 uses a free port. */
  readonly port: number;
  readonly mediaFolder: string | null;
  /** Besides the built-in ones. */
  readonly moreMedia: number;
  readonly prepareMs: number;
  readonly faults: readonly SandboxFault[];
  /** undefined responds as in docs/openapi.yaml; `list` prints the dialects instead of serving. */
  readonly traits: Traits | 'list' | undefined;
  /** Runs until interrupted when empty. */
  readonly command: readonly string[];
}

interface RawFlags {
  readonly port?: number;
  readonly mediaDir?: string;
  readonly moreMedia?: number;
  readonly prepare?: number;
  readonly fault?: readonly string[];
  readonly dialect?: readonly string[];
}

const DEFAULT_PREPARE_MS = 2_000;

export function defineSandbox(
  parent: Command,
  action: (options: SandboxCommandOptions, command: Command) => Promise<void>,
): void {
  parent
    .command('sandbox')
    .summary('Run a local test server')
    .description(
      'Run a local server that implements the API, and print one JSON line with its URL and credentials. With a command after --, run only that command against it.',
    )
    .argument('[command...]', 'Command to run with the STREAMDIVER_ variables set')
    .optionsGroup('Server:')
    .option(
      '--port <n>',
      'Port to listen on (default: a free port)',
      forFlag('--port', (text) => parseCount(text, { least: 0, most: 65_535 })),
    )
    .option(
      '--media-dir <folder>',
      'Serve the media in this folder, with .srt, .vtt, or .txt files beside them',
      forFlag('--media-dir', nonEmpty),
    )
    .option(
      '--more-media <n>',
      'Serve additional media items, with two transcripts each',
      forFlag('--more-media', (text) => parseCount(text, { least: 1, most: 100_000 })),
    )
    .optionsGroup('Behavior:')
    .option(
      '--prepare <duration>',
      'Time to prepare a package (default 2s)',
      forFlag('--prepare', parseDuration),
    )
    .option(
      '--fault <name[=arg]>',
      "Simulate a fault; repeatable (see 'help sandbox')",
      withCompletions(faultNames, repeatable('--fault')),
    )
    .option(
      '--dialect <name>',
      "Use an API dialect or TRAIT=VALUE; repeatable ('list' shows all)",
      withCompletions(dialectNames, repeatable('--dialect')),
    )
    .action(async (words: string[], flags: RawFlags, self: Command) => {
      if (flags.mediaDir !== undefined && flags.moreMedia !== undefined) {
        throw new ExpectedError('USAGE', '--media-dir and --more-media cannot be combined');
      }
      return action(
        {
          port: flags.port ?? 0,
          mediaFolder: flags.mediaDir ?? null,
          moreMedia: flags.moreMedia ?? 0,
          prepareMs: flags.prepare ?? DEFAULT_PREPARE_MS,
          faults: await parseFaults(flags.fault ?? []),
          traits: await parseDialects(flags.dialect ?? []),
          command: words,
        },
        self,
      );
    });
}

/** Loads the table of faults only if it is needed. */
async function parseFaults(texts: readonly string[]): Promise<readonly SandboxFault[]> {
  if (texts.length === 0) return [];
  const { parseFault } = await import('../sandbox/faults/faults.ts');
  return texts.map(forFlag('--fault', parseFault));
}

/** Loads the dialects only if they are needed. */
async function parseDialects(words: readonly string[]): Promise<Traits | 'list' | undefined> {
  return words.length === 0
    ? undefined
    : (await import('../sandbox/dialect/dialects.ts')).readDialects(words);
}

async function dialectNames(): Promise<readonly string[]> {
  return (await import('../sandbox/dialect/dialects.ts')).dialectWords();
}

async function faultNames(): Promise<readonly string[]> {
  const { FAULT_NAMES } = await import('../sandbox/faults/faults.ts');
  return FAULT_NAMES.map(({ name }) => name);
}

export async function sandbox(
  { port, mediaFolder, moreMedia, prepareMs, faults, traits, command }: SandboxCommandOptions,
  { io, signal, world, cwd }: Pick<LocalContext, 'io' | 'signal' | 'world' | 'cwd'>,
): Promise<void> {
  if (traits === 'list') {
    const { DIALECT_NAMES } = await import('../sandbox/dialect/dialects.ts');
    io.lines(DIALECT_NAMES.map(({ name, description }) => `${name}  ${description}`));
    return;
  }
  const { startSandbox } = await import('../sandbox/start.ts');
  const server = await startSandbox({
    port,
    prepareMs,
    faults,
    moreMedia,
    onSkipped: (skipped, reason) => io.warn(`skipped ${skipped}: ${reason}`),
    owner: world,
    ...(traits === undefined ? {} : { traits }),
    ...(mediaFolder === null ? {} : { mediaDirectory: resolvePath(cwd, mediaFolder) }),
  });
  try {
    // Standard output belongs to the command.
    if (command.length > 0) {
      await runCommand(command, server, { signal, world });
      return;
    }
    const { apiUrl: url, token, tenant, clientId, clientSecret } = server;
    io.line(JSON.stringify({ url, token, pid: world.pid, tenant, clientId, clientSecret }));
    await io.flush();
    await serveUntilInterrupted(server, { io, signal, world });
  } finally {
    await server.close();
  }
}

async function serveUntilInterrupted(
  server: Sandbox,
  { io, signal, world }: Pick<LocalContext, 'io' | 'signal' | 'world'>,
): Promise<void> {
  io.info('Sandbox running. Press Ctrl-C to stop. In another terminal, run:');
  for (const [name, value] of Object.entries(sandboxVariables(server))) {
    io.info(`  ${assignmentLine(name, value, world.platform)}`);
  }
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Returns the exit code of the command, and forwards signals to it. */
async function runCommand(
  [program = '', ...words]: readonly string[],
  server: Sandbox,
  { signal, world }: Pick<LocalContext, 'signal' | 'world'>,
): Promise<void> {
  const child = start(program, words, server, world);
  const exitCode = await exitOf(child, { program, platform: world.platform, signal });
  if (exitCode === 0) return;
  throw new ExpectedError('FAILED', `${program} exited with code ${exitCode}`, { exitCode });
}

function start(
  program: string,
  words: readonly string[],
  server: Sandbox,
  { env, platform }: LocalContext['world'],
): ChildProcess {
  try {
    return spawn(program, words, { stdio: 'inherit', env: sandboxEnvironment(server, env) });
  } catch (error) {
    // Node throws some errors synchronously, such as EINVAL for a script on Windows.
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw notRun(error, program, platform);
  }
}

/** On Windows, npm and many others are scripts, which need a shell. */
function notRun(error: Error, program: string, platform: NodeJS.Platform): ExpectedError {
  const hint = platform === 'win32' ? `if it is a script, use cmd /c ${program}` : undefined;
  return new ExpectedError('USAGE', `cannot run ${program}: ${error.message}`, { cause: error, hint });
}

function exitOf(
  child: ChildProcess,
  { program, platform, signal }: { program: string; platform: NodeJS.Platform; signal: AbortSignal },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const stop = () => child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    child.once('error', (error) => {
      signal.removeEventListener('abort', stop);
      reject(notRun(error, program, platform));
    });
    child.once('exit', (code, signalName) => {
      signal.removeEventListener('abort', stop);
      resolve(code ?? 128 + (signalName === null ? 0 : constants.signals[signalName]));
    });
  });
}
