import { Command, Option } from 'commander';
import { complete, defineComplete } from './commands/complete.ts';
import { completion, defineCompletion } from './commands/completion.ts';
import {
  configGet,
  configList,
  configPath,
  configSet,
  configUnset,
  defineConfig,
} from './commands/config.ts';
import { contents, defineContents } from './commands/contents.ts';
import { create, defineCreate } from './commands/create.ts';
import { defineDemo, demo } from './commands/demo.ts';
import { defineFetch, fetch } from './commands/fetch.ts';
import { defineHelp, help } from './commands/help.ts';
import { defineList, list } from './commands/list.ts';
import { defineLogin, login } from './commands/login.ts';
import { defineLogout, logout } from './commands/logout.ts';
import { defineMedia, mediaList, mediaShow } from './commands/media.ts';
import { defineRm, rm } from './commands/rm.ts';
import { defineSandbox, sandbox } from './commands/sandbox.ts';
import { defineStatus, status } from './commands/status.ts';
import { defineWhoami, whoami } from './commands/whoami.ts';
import type { AccountContext, AccountOptions, ConnectionOptions, Context, LocalContext } from './context.ts';
import { addGlobalFlags, OUTPUT_GROUP } from './flags/global-flags.ts';
import { formatExamples } from './help/examples.ts';
import { helpFormat, wrapText } from './help/help-format.ts';
import { TOPICS } from './help/topics.ts';
import { PROGRAM, VERSION } from './version.ts';

const DEFAULT_COLUMNS = 80;

/** Makes the context that a command needs and runs it there. */
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
  /** Where help goes that nobody asked for: a command was named that has only sub-commands. */
  readonly writeUnasked: (text: string) => void;
  readonly columns: number | undefined;
}

/** The command tree: names, flags and help. Nothing runs before it is parsed. */
export function buildProgram(run: Runner, { writeOut, writeUnasked, columns }: HelpOutput): Command {
  const program = new Command(PROGRAM)
    .optionsGroup(OUTPUT_GROUP)
    .description('Creates, waits for, downloads and verifies Streamdiver download packages.')
    .usage('COMMAND [flags]')
    .version(VERSION, '-V, --version', 'show the version')
    .addHelpOption(new Option('-h, --help', 'show help').helpGroup(OUTPUT_GROUP))
    .helpCommand(false)
    .showSuggestionAfterError(true)
    // Before any subcommand: they copy these when they are made. Errors are told by main().
    .exitOverride()
    .configureOutput({
      writeOut,
      outputError: () => undefined,
      writeErr: writeUnasked,
      ...(columns === undefined ? {} : { getOutHelpWidth: () => columns }),
    })
    .configureHelp(helpFormat);
  addGlobalFlags(program, { isHidden: false });

  defineCreate(program, (options, connection, command) =>
    run.online(command, connection, (context) => create(options, context)),
  );
  defineStatus(program, (options, command) => run.online(command, {}, (context) => status(options, context)));
  defineFetch(program, (options, connection, command) =>
    run.online(command, connection, (context) => fetch(options, context)),
  );
  defineContents(program, (options, command) =>
    run.online(command, {}, (context) => contents(options, context)),
  );
  defineList(program, (options, command) => run.online(command, {}, (context) => list(options, context)));
  defineRm(program, (options, command) => run.online(command, {}, (context) => rm(options, context)));
  defineMedia(program, {
    list: (options, command) => run.online(command, {}, (context) => mediaList(options, context)),
    show: (options, command) => run.online(command, {}, (context) => mediaShow(options, context)),
  });
  defineLogin(program, (options, command) =>
    run.account(command, { isNewProfile: true, isBrokenConfigIgnored: true }, (context) =>
      login(options, context),
    ),
  );
  defineLogout(program, (options, command) =>
    run.account(command, {}, (context) => logout(options, context)),
  );
  defineWhoami(program, (options, command) =>
    run.account(command, {}, (context) => whoami(options, context)),
  );
  defineConfig(program, {
    list: (options, command) => run.account(command, {}, (context) => configList(options, context)),
    get: (options, command) => run.account(command, {}, (context) => configGet(options, context)),
    set: (options, command) =>
      run.account(command, { isNewProfile: true }, (context) => configSet(options, context)),
    unset: (options, command) => run.account(command, {}, (context) => configUnset(options, context)),
    path: (command) => run.offline(command, (context) => configPath(context)),
  });
  defineCompletion(program, (options, command) =>
    run.offline(command, (context) => completion(options, context)),
  );
  defineComplete(program, (options, command) =>
    run.offline(command, (context) => complete(options, program, context)),
  );
  defineSandbox(program, (options, command) => run.offline(command, (context) => sandbox(options, context)));
  defineDemo(program, (command) => run.offline(command, (context) => demo(context)));
  defineHelp(program, (options, command) =>
    run.offline(command, (context) => help(options, program, context)),
  );
  for (const command of allCommands(program)) addGlobalFlags(command, { isHidden: true });
  const width = columns ?? DEFAULT_COLUMNS;
  for (const command of [program, ...allCommands(program)]) {
    const examples = formatExamples(pathOf(command), width);
    if (examples !== '') command.addHelpText('after', examples);
  }
  program.addHelpText('after', `\n${wrapText(`More: ${PROGRAM} help ${TOPICS.join(' | ')}`, width, '  ')}`);
  return program;
}

function allCommands(parent: Command): Command[] {
  return parent.commands.flatMap((command) => [command, ...allCommands(command)]);
}

/** Names from the program down to a command, without the program's own. */
function pathOf(command: Command): string {
  return command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim();
}
