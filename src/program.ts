import { Command, Option } from 'commander';
import { defineComplete } from './commands/complete.ts';
import { defineCompletion } from './commands/completion.ts';
import { defineConfig } from './commands/config.ts';
import { defineContents } from './commands/contents.ts';
import { defineCreate } from './commands/create.ts';
import { defineDemo } from './commands/demo.ts';
import { defineFetch } from './commands/fetch.ts';
import { defineHelp } from './commands/help.ts';
import { defineList } from './commands/list.ts';
import { defineLogin } from './commands/login.ts';
import { defineLogout } from './commands/logout.ts';
import { defineMedia } from './commands/media.ts';
import { defineRm } from './commands/rm.ts';
import { defineSandbox } from './commands/sandbox.ts';
import { defineStatus } from './commands/status.ts';
import { defineTranscripts } from './commands/transcripts.ts';
import { defineVerify } from './commands/verify.ts';
import { defineWhoami } from './commands/whoami.ts';
import type { AccountContext, AccountOptions, ConnectionOptions, Context, LocalContext } from './context.ts';
import { addGlobalFlags, OUTPUT_GROUP } from './flags/global-flags.ts';
import { pathOf } from './help/command-path.ts';
import { helpFormat } from './help/help-format.ts';
import { PROGRAM, VERSION } from './version.ts';

/** Creates the context that a command needs, and runs the command in it. */
export interface Runner {
  offline(command: Command, work: (context: LocalContext) => Promise<void>): Promise<void>;
  account(
    command: Command,
    options: AccountOptions,
    work: (context: AccountContext) => Promise<void>,
  ): Promise<void>;
  online(
    command: Command,
    options: ConnectionOptions,
    work: (context: Context) => Promise<void>,
  ): Promise<void>;
}

export interface HelpOutput {
  readonly writeOut: (text: string) => void;
  /** Receives help that was not requested: the line names a command that has only subcommands. */
  readonly writeUnasked: (text: string) => void;
  readonly columns: number | undefined;
  /** Called with each command that a line names, `media` and then `media list`, before its flags are read. */
  readonly onCommand?: (path: string) => void;
}

/** By name. A command's implementation is loaded when it runs; the bundler separates it from the flags (rolldown.config.ts). */
const COMMANDS: Readonly<Record<string, (program: Command, run: Runner) => void>> = {
  create: (program, run) =>
    defineCreate(program, (options, connection, command) =>
      run.online(command, connection, async (context) =>
        (await import('./commands/create.ts')).create(options, context),
      ),
    ),
  status: (program, run) =>
    defineStatus(program, (options, command) =>
      run.online(command, {}, async (context) =>
        (await import('./commands/status.ts')).status(options, context),
      ),
    ),
  fetch: (program, run) =>
    defineFetch(program, (options, connection, command) =>
      run.online(command, connection, async (context) =>
        (await import('./commands/fetch.ts')).fetch(options, context),
      ),
    ),
  list: (program, run) =>
    defineList(program, (options, command) =>
      run.online(command, {}, async (context) => (await import('./commands/list.ts')).list(options, context)),
    ),
  rm: (program, run) =>
    defineRm(program, (options, command) =>
      run.online(command, {}, async (context) => (await import('./commands/rm.ts')).rm(options, context)),
    ),
  transcripts: (program, run) =>
    defineTranscripts(program, (options, connection, command) =>
      run.online(command, connection, async (context) =>
        (await import('./commands/transcripts.ts')).transcripts(options, context),
      ),
    ),
  verify: (program, run) =>
    defineVerify(program, (options, command) =>
      run.offline(command, async (context) =>
        (await import('./commands/verify.ts')).verify(options, context),
      ),
    ),
  contents: (program, run) =>
    defineContents(program, (options, command) =>
      run.online(command, {}, async (context) =>
        (await import('./commands/contents.ts')).contents(options, context),
      ),
    ),
  media: (program, run) =>
    defineMedia(program, {
      list: (options, command) =>
        run.online(command, {}, async (context) =>
          (await import('./commands/media.ts')).mediaList(options, context),
        ),
      show: (options, command) =>
        run.online(command, {}, async (context) =>
          (await import('./commands/media.ts')).mediaShow(options, context),
        ),
    }),
  login: (program, run) =>
    defineLogin(program, (options, command) =>
      run.account(command, { isNewProfile: true, isBrokenConfigIgnored: true }, async (context) =>
        (await import('./commands/login.ts')).login(options, context),
      ),
    ),
  logout: (program, run) =>
    defineLogout(program, (options, command) =>
      run.account(command, {}, async (context) =>
        (await import('./commands/logout.ts')).logout(options, context),
      ),
    ),
  whoami: (program, run) =>
    defineWhoami(program, (options, command) =>
      run.account(command, {}, async (context) =>
        (await import('./commands/whoami.ts')).whoami(options, context),
      ),
    ),
  config: (program, run) =>
    defineConfig(program, {
      list: (options, command) =>
        run.account(command, {}, async (context) =>
          (await import('./commands/config.ts')).configList(options, context),
        ),
      get: (options, command) =>
        run.account(command, {}, async (context) =>
          (await import('./commands/config.ts')).configGet(options, context),
        ),
      set: (options, command) =>
        run.account(command, { isNewProfile: true }, async (context) =>
          (await import('./commands/config.ts')).configSet(options, context),
        ),
      unset: (options, command) =>
        run.account(command, {}, async (context) =>
          (await import('./commands/config.ts')).configUnset(options, context),
        ),
      path: (command) =>
        run.offline(command, async (context) => (await import('./commands/config.ts')).configPath(context)),
    }),
  completion: (program, run) =>
    defineCompletion(program, (options, command) =>
      run.offline(command, async (context) =>
        (await import('./commands/completion.ts')).completion(options, context),
      ),
    ),
  __complete: (program, run) =>
    defineComplete(program, (options, command) =>
      run.offline(command, async (context) =>
        (await import('./commands/complete.ts')).complete(options, program, context),
      ),
    ),
  sandbox: (program, run) =>
    defineSandbox(program, (options, command) =>
      run.offline(command, async (context) =>
        (await import('./commands/sandbox.ts')).sandbox(options, context),
      ),
    ),
  demo: (program, run) =>
    defineDemo(program, (command) =>
      run.offline(command, async (context) => (await import('./commands/demo.ts')).demo(context)),
    ),
  help: (program, run) =>
    defineHelp(program, (options, command) =>
      run.offline(command, async (context) =>
        (await import('./commands/help.ts')).help(options, program, context),
      ),
    ),
};

/**
 * The command tree: names, flags, and help. Nothing runs before it is parsed.
 * @param line limits the tree to the commands that this line can need; without it, the tree is complete
 */
export function buildProgram(
  run: Runner,
  { writeOut, writeUnasked, columns, onCommand }: HelpOutput,
  line: readonly string[] = [],
): Command {
  const program = new Command(PROGRAM)
    .optionsGroup(OUTPUT_GROUP)
    .description(
      'Command-line client for Streamdiver download packages: pick media and transcripts, then build, download, verify, and unpack the package.',
    )
    .usage('COMMAND [flags]')
    .version(VERSION, '-V, --version', 'Show the version')
    .addHelpOption(new Option('-h, --help', 'Show help').helpGroup(OUTPUT_GROUP))
    .helpCommand(false)
    // main() has better suggestions.
    .showSuggestionAfterError(false)
    // Before any subcommand: subcommands copy these when they are created. main() reports errors.
    .exitOverride()
    .configureOutput({
      writeOut,
      outputError: () => undefined,
      writeErr: writeUnasked,
      ...(columns === undefined ? {} : { getOutHelpWidth: () => columns, getErrHelpWidth: () => columns }),
    })
    .configureHelp(helpFormat);
  addGlobalFlags(program, { isHidden: false });

  const needed = commandsNeeded(line);
  for (const [name, define] of Object.entries(COMMANDS))
    if (needed === null || needed.includes(name)) define(program, run);
  /** Adds the global flags only to the commands that a line names. For all commands, there would be hundreds. */
  const prepare = (_parent: Command, command: Command): void => {
    addGlobalFlags(command, { isHidden: true });
    command.hook('preSubcommand', prepare);
    onCommand?.(pathOf(command));
  };
  program.hook('preSubcommand', prepare);
  return program;
}

/** Null for all commands, which help and the completion of a command name need. */
function commandsNeeded(line: readonly string[]): readonly string[] | null {
  const [first = '', ...more] = line;
  if (first === '__complete') {
    // bash passes its words as one line. Only the other shells split it (completion/scripts.ts).
    const [shell, , asked = '', ...rest] = more;
    const isSplit = shell !== 'bash' && rest.length > 0;
    return isSplit && isCommand(asked) ? [first, asked] : null;
  }
  return isCommand(first) ? [first] : null;
}

/** Except `help`, which lists all others. */
function isCommand(word: string): boolean {
  return Object.hasOwn(COMMANDS, word) && word !== 'help';
}
