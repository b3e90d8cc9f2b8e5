import { type Command, CommanderError } from 'commander';
import { reportBug } from './bug-report.ts';
import type { LocalContext } from './context.ts';
import { outOfFilesError } from './disk/out-of-files.ts';
import { ExpectedError } from './errors.ts';
import { type GlobalFlags, readGlobalFlags, wantsJson } from './flags/global-flags.ts';
import { wantsSummary } from './flags/summary-flag.ts';
import { watchForInterruption } from './interruption.ts';
import { withDefaultHint } from './output/default-hint.ts';
import { errorDocument } from './output/error-document.ts';
import { buildProgram, type Runner } from './program.ts';
import { columnsOf } from './terminal/columns.ts';
import { createSink, isReaderGone } from './terminal/sink.ts';
import type { Terminal } from './terminal/terminal.ts';
import { createSecretFilter } from './terminal/text/redact.ts';
import type { World } from './world.ts';

/** For errors about a line that could not be parsed. */
const NO_FLAGS: GlobalFlags = {
  profile: undefined,
  apiUrl: undefined,
  ssoUrl: undefined,
  cacert: undefined,
  format: undefined,
  fields: undefined,
  fullIds: false,
  quiet: false,
  verbosity: 0,
  progress: 'auto',
  color: 'auto',
  noInput: false,
};

/**
 * One invocation: parse, run, and report errors. Returns the exit code and never throws. The context is created
 * only when a command runs.
 */
export async function main(world: World): Promise<number> {
  const pager = wantsPager(world) ? await (await import('./output/pager.ts')).openPager(world) : null;
  if (pager === null) return await runLine(world);
  try {
    return await runLine({ ...world, stdout: pager.stdout });
  } finally {
    await pager.close();
  }
}

/** Help on a terminal is paged if PAGER is set, as in gh. */
function wantsPager({ argv, env, stdout }: World): boolean {
  const { PAGER = '' } = env;
  if (stdout.isTTY !== true || PAGER === '' || PAGER === 'cat' || wantsJson(argv)) return false;
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  return own.length === 0 || own[0] === 'help' || own.includes('--help') || own.includes('-h');
}

async function runLine(world: World): Promise<number> {
  const interruption = watchForInterruption(world);
  const secrets = new Set<string>();
  const filter = createSecretFilter();
  let io: Terminal | undefined;
  let commandPath = '';
  let program: Command | undefined;
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
  /** With --summary, also appends the document or the failure to the step summary. */
  const summarized = async (command: Command, context: LocalContext, work: () => Promise<unknown>) => {
    if (!wantsSummary(command)) return void (await work());
    const { openStepSummary } = await import('./output/step-summary.ts');
    const summary = openStepSummary(command.name(), world, {
      io: context.io,
      redact: (text) => filter.redact(text),
    });
    let document: unknown;
    try {
      document = await work();
    } catch (thrown) {
      const error = context.toFailure(thrown);
      await summary?.append(error.details.document, error);
      throw error;
    }
    await summary?.append(document, null);
  };
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
      const context = await local(flags);
      await summarized(command, context, async () => {
        const { connect } = await import('./connect.ts');
        const connected = await connect(context, flags, options);
        try {
          return await work(connected);
        } finally {
          await connected.transport.close();
        }
      });
    },
  };
  try {
    const onCommand = (path: string) => (commandPath = path);
    const onProgram = (tree: Command) => (program = tree);
    await parse(world, run, { onProgram, onCommand, commandPath: () => commandPath });
    io?.endProgress();
    await io?.flush();
    return 0;
  } catch (thrown) {
    const expected =
      thrown instanceof CommanderError
        ? (await import('./output/usage-error.ts')).usageError(thrown, {
            argv: world.argv,
            isJson: wantsJson(world.argv),
            program,
            commandPath,
          })
        : unexpected(thrown, { world, secrets, signal: interruption.signal });
    if (expected === null) return 0;
    const error = withDefaultHint(expected, commandPath);
    const terminal = io ?? (await openIo(complaintFlags(world)));
    await report(error, terminal);
    return error.exitCode;
  } finally {
    interruption.stop();
  }
}

/** Loaded late, because help and version do not need it. */
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
    throw new ExpectedError('DISK', 'the current folder no longer exists', {
      cause: error,
      hint: 'change to another folder, or use absolute paths',
    });
  }
}

/** Reports an error that was thrown outside of every handler. The caller ends the process. */
export async function reportCrash(error: unknown, world: World): Promise<number> {
  return await reportFailure(reportBug(error, world), world);
}

/** Reports a failure before the command line was parsed, and returns the exit code. */
export async function reportFailure(failure: ExpectedError, world: World): Promise<number> {
  const error = withDefaultHint(failure, '');
  await report(error, await createIo(world, complaintFlags(world)));
  return error.exitCode;
}

function complaintFlags({ argv }: World): GlobalFlags {
  return { ...NO_FLAGS, format: wantsJson(argv) ? 'json' : undefined };
}

/** Help was requested, or the line names a command that has only subcommands. */
const HELP_SHOWN: ReadonlySet<string> = new Set(['commander.helpDisplayed', 'commander.help']);

async function parse(
  world: World,
  run: Runner,
  {
    onProgram,
    onCommand,
    commandPath,
  }: {
    onProgram: (program: Command) => void;
    onCommand: (path: string) => void;
    commandPath: () => string;
  },
): Promise<void> {
  const help = createSink(world.stdout);
  const writeOut = (text: string) => void help.write(text);
  const writeUnasked = wantsJson(world.argv) ? () => undefined : writeOut;
  const columns = columnsOf(world.stdout, world.env);
  const program = buildProgram(run, { writeOut, writeUnasked, columns, onCommand }, world.argv);
  onProgram(program);
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
    // A reader of help that exits early (`| head`) is not an error.
    if (help.failure === undefined || isReaderGone(help.failure, world.stdout)) throw error;
    throw (await import('./terminal/output-error.ts')).outputError(help.failure, world.stdout);
  }
}

/** Anything other than an ExpectedError is a bug, unless an interruption or a lack of file descriptors caused it. */
function unexpected(
  thrown: unknown,
  { world, secrets, signal }: { world: World; secrets: ReadonlySet<string>; signal: AbortSignal },
): ExpectedError {
  if (signal.aborted && signal.reason instanceof ExpectedError && !(thrown instanceof ExpectedError))
    return signal.reason;
  // Loading a command can also run out of file descriptors.
  const error = outOfFilesError(thrown) ?? thrown;
  return error instanceof ExpectedError ? error : reportBug(error, world, secrets);
}

/** Reports the failure as text, as a JSON document, and for GitHub Actions. */
async function report(error: ExpectedError, io: Terminal): Promise<void> {
  io.endProgress();
  const { hint, next = [], technical = [], requestId, document } = error.details;
  // A person who cancels has not failed.
  if (error.code === 'INTERRUPTED') io.notice(error.message);
  else io.error(error.message);
  if (hint !== undefined) io.hint(hint);
  if (error.details.rerunContinues !== true) for (const command of next) io.hint(command);
  if (requestId !== undefined) io.verbose(1, `request ID: ${requestId}`);
  for (const line of technical) io.verbose(1, line);
  for (
    let cause = error.cause, depth = 0;
    cause instanceof Error && depth < 5;
    cause = cause.cause, depth += 1
  ) {
    if (error.code !== 'INTERNAL') io.verbose(1, `caused by: ${cause.message}`);
  }
  io.annotateError('streamdiver-dl', error.message);
  if (io.format === 'json') io.json({ ...document, error: errorDocument(error) });
  try {
    await io.flush();
  } catch (flushError) {
    // No stream is left to report this. The exit code is that of the first error.
    if (!(flushError instanceof ExpectedError)) throw flushError;
  }
}
