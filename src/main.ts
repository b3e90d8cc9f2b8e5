import { CommanderError } from 'commander';
import { reportBug } from './bug-report.ts';
import type { LocalContext } from './context.ts';
import { outOfFilesError } from './disk/out-of-files.ts';
import { ExpectedError } from './errors.ts';
import { type GlobalFlags, readGlobalFlags, wantsJson } from './flags/global-flags.ts';
import { watchForInterruption } from './interruption.ts';
import { usageHint, withDefaultHint } from './output/default-hint.ts';
import { errorDocument } from './output/error-document.ts';
import { buildProgram, type Runner } from './program.ts';
import { columnsOf } from './terminal/columns.ts';
import { createSink, isReaderGone } from './terminal/sink.ts';
import type { Terminal } from './terminal/terminal.ts';
import { createSecretFilter } from './terminal/text/redact.ts';
import type { World } from './world.ts';

/** For complaints about a line that could not be parsed. */
const NO_FLAGS: GlobalFlags = {
  profile: undefined,
  apiUrl: undefined,
  ssoUrl: undefined,
  cacert: undefined,
  format: undefined,
  fields: undefined,
  quiet: false,
  verbosity: 0,
  progress: 'auto',
  color: 'auto',
  noInput: false,
};

/**
 * One invocation: parse, run, say what went wrong. Returns the exit code and never throws; the
 * context is made only when a command really runs.
 */
export async function main(world: World): Promise<number> {
  const interruption = watchForInterruption(world);
  const secrets = new Set<string>();
  const filter = createSecretFilter();
  let io: Terminal | undefined;
  let commandPath = '';
  const openIo = async (flags: GlobalFlags) =>
    (io ??= await createIo(world, flags, (text) => filter.redact(text)));
  const local = async (flags: GlobalFlags): Promise<LocalContext> => ({
    io: await openIo(flags),
    clock: world.clock,
    random: world.random,
    signal: interruption.signal,
    cwd: () => currentFolder(world),
    world,
    toFailure: (thrown) => unexpected(thrown, { world, secrets, signal: interruption.signal }),
    noteSecret(secret) {
      secrets.add(secret);
      filter.note(secret);
    },
    invoke: (argv, changes) => main({ ...world, ...changes, argv }),
  });
  const run: Runner = {
    async offline(command, work) {
      await work(await local(readGlobalFlags(command)));
    },
    async account(command, options, work) {
      const flags = readGlobalFlags(command);
      const { openAccount } = await import('./connect.ts');
      await work(await openAccount(await local(flags), flags, options));
    },
    async online(command, options, work) {
      const flags = readGlobalFlags(command);
      const { connect } = await import('./connect.ts');
      const context = await connect(await local(flags), flags, options);
      try {
        await work(context);
      } finally {
        await context.transport.close();
      }
    },
  };
  try {
    const onCommand = (path: string) => (commandPath = path);
    await parse(world, run, { onCommand, commandPath: () => commandPath });
    io?.endProgress();
    await io?.flush();
    return 0;
  } catch (thrown) {
    const expected = toExpected(thrown, { world, secrets, signal: interruption.signal, commandPath });
    if (expected === null) return 0;
    const error = withDefaultHint(expected, commandPath);
    const terminal = io ?? (await openIo(complaintFlags(world)));
    await tell(error, terminal);
    return error.exitCode;
  } finally {
    interruption.stop();
  }
}

/** Loaded late: help and version are written without it. */
async function createIo(
  world: World,
  flags: GlobalFlags,
  redact?: (text: string) => string,
): Promise<Terminal> {
  return (await import('./io.ts')).createIo(world, flags, redact);
}

function currentFolder({ cwd }: World): string {
  try {
    return cwd();
  } catch (error) {
    throw new ExpectedError('DISK', 'the current folder is gone', {
      cause: error,
      hint: 'change to another folder, or name files and folders from the root on',
    });
  }
}

/** Says that something was thrown aside, where nobody could catch it; the caller ends the process. */
export async function reportCrash(error: unknown, world: World): Promise<number> {
  return await reportFailure(reportBug(error, world), world);
}

/** Says what went wrong before a command line was read, and returns the exit code. */
export async function reportFailure(failure: ExpectedError, world: World): Promise<number> {
  const error = withDefaultHint(failure, '');
  await tell(error, await createIo(world, complaintFlags(world)));
  return error.exitCode;
}

function complaintFlags({ argv }: World): GlobalFlags {
  return { ...NO_FLAGS, format: wantsJson(argv) ? 'json' : undefined };
}

/** Asked for, or because a command was named that has only sub-commands. */
const HELP_SHOWN: ReadonlySet<string> = new Set(['commander.helpDisplayed', 'commander.help']);

async function parse(
  world: World,
  run: Runner,
  { onCommand, commandPath }: { onCommand: (path: string) => void; commandPath: () => string },
): Promise<void> {
  const help = createSink(world.stdout);
  const writeOut = (text: string) => void help.write(text);
  const writeUnasked = wantsJson(world.argv) ? () => undefined : writeOut;
  const columns = columnsOf(world.stdout, world.env);
  const program = buildProgram(run, { writeOut, writeUnasked, columns, onCommand }, world.argv);
  try {
    await program.parseAsync([...world.argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && HELP_SHOWN.has(error.code)) {
      // Loaded late: no other line needs them.
      const { endOfHelp } = await import('./help/examples.ts');
      const write = error.code === 'commander.help' ? writeUnasked : writeOut;
      write(`${endOfHelp(commandPath(), columns)}\n`);
    }
    await help.settled();
    // A reader of help that left early (`| head`) has seen enough.
    if (help.failure === undefined || isReaderGone(help.failure, world.stdout)) throw error;
    throw (await import('./terminal/output-error.ts')).outputError(help.failure, world.stdout);
  }
}

/** Null when commander only printed help or the version. */
function toExpected(
  thrown: unknown,
  {
    world,
    secrets,
    signal,
    commandPath,
  }: { world: World; secrets: ReadonlySet<string>; signal: AbortSignal; commandPath: string },
): ExpectedError | null {
  if (thrown instanceof CommanderError) return usageError(thrown, world, commandPath);
  return unexpected(thrown, { world, secrets, signal });
}

/** Anything that is not an ExpectedError is a bug, unless the interruption or the want of files is behind it. */
function unexpected(
  thrown: unknown,
  { world, secrets, signal }: { world: World; secrets: ReadonlySet<string>; signal: AbortSignal },
): ExpectedError {
  if (signal.aborted && signal.reason instanceof ExpectedError && !(thrown instanceof ExpectedError))
    return signal.reason;
  // Commands are loaded when they are needed.
  const error = outOfFilesError(thrown) ?? thrown;
  return error instanceof ExpectedError ? error : reportBug(error, world, secrets);
}

function usageError(error: CommanderError, { argv }: World, commandPath: string): ExpectedError | null {
  if (error.exitCode === 0) return null;
  if (error.code === 'commander.help') {
    if (!wantsJson(argv)) return null;
    return new ExpectedError('USAGE', 'no command was named', { hint: 'streamdiver-dl help lists them' });
  }
  const [first = '', ...rest] = error.message
    .replace(/^error: /, '')
    .replace(
      /^(unknown option ')([^]*)'$/m,
      (_all, start: string, word: string) => `${start}${flagNameOf(word)}'`,
    )
    .split('\n');
  if (isSecretFlag(first)) {
    return new ExpectedError('USAGE', first, {
      hint: 'secrets are never flags: pipe a token into streamdiver-dl login --with-token, or set STREAMDIVER_TOKEN',
    });
  }
  const suggestion = rest
    .join(' ')
    .trim()
    .replace(/^\((.*)\)$/, '$1');
  return new ExpectedError('USAGE', first, {
    hint: suggestion === '' ? usageHint(commandPath) : suggestion,
  });
}

/** What stands behind the name of an unknown flag may be a secret: `--header=…`, `-HAuthorization:…`. */
function flagNameOf(word: string): string {
  return /^--[a-z][a-z-]{0,30}(?==|$)/i.exec(word)?.[0] ?? /^-[a-z]/i.exec(word)?.[0] ?? '-…';
}

/** A flag with which other tools take a secret on the command line, where every other user can read it. */
function isSecretFlag(complaint: string): boolean {
  return /^unknown option '--?[a-z-]*(token|secret|password|key)'/.test(complaint);
}

/** The failure in three parts for people, as a document for scripts, and for GitHub Actions. */
async function tell(error: ExpectedError, io: Terminal): Promise<void> {
  io.endProgress();
  const { hint, next = [], technical = [], requestId, document } = error.details;
  io.error(error.message);
  if (hint !== undefined) io.hint(hint);
  for (const command of next) io.hint(command);
  if (requestId !== undefined) io.verbose(1, `request id: ${requestId}`);
  for (const line of technical) io.verbose(1, line);
  for (
    let cause = error.cause, depth = 0;
    cause instanceof Error && depth < 5;
    cause = cause.cause, depth += 1
  ) {
    if (error.code !== 'INTERNAL') io.verbose(1, `because: ${cause.message}`);
  }
  io.annotateError('streamdiver-dl', error.message);
  if (io.format === 'json') io.json({ ...document, error: errorDocument(error) });
  try {
    await io.flush();
  } catch (flushError) {
    // Nothing is left to tell it with; the exit code stands for the first error.
    if (!(flushError instanceof ExpectedError)) throw flushError;
  }
}
