import type { Command, CommanderError } from 'commander';
import { ExpectedError } from '../errors.ts';
import { PROGRAM } from '../version.ts';
import { usageHint } from './default-hint.ts';
import { suggestCommand, suggestFields, suggestFlag } from './suggest.ts';

/** A command line that commander refused. */
export interface InvalidLine {
  readonly argv: readonly string[];
  /** Whether the line asks for JSON. */
  readonly isJson: boolean;
  /** Undefined if it failed before the command tree existed. */
  readonly program: Command | undefined;
  /** The command that the line names, such as `media list`; empty for none. */
  readonly commandPath: string;
}

/** Null if commander only printed help or the version. */
export function usageError(
  error: CommanderError,
  { argv, isJson, program, commandPath }: InvalidLine,
): ExpectedError | null {
  if (error.exitCode === 0) return null;
  if (error.code === 'commander.help') {
    if (!isJson) return null;
    return new ExpectedError('USAGE', 'no command given', { hint: usageHint('') });
  }
  const message = error.message
    .replace(/^error: /, '')
    .replace(
      /^(unknown option ')([^]*)'$/m,
      (_all, start: string, word: string) => `${start}${flagNameOf(word)}'`,
    );
  const hint = isSecretFlag(message)
    ? `pipe the token to '${PROGRAM} login --with-token', or set STREAMDIVER_TOKEN`
    : program && suggestionFor(error.code, message, { argv, program, commandPath });
  return new ExpectedError('USAGE', message, { hint: hint ?? usageHint(commandPath) });
}

function suggestionFor(
  code: string,
  message: string,
  { argv, program, commandPath }: { argv: readonly string[]; program: Command; commandPath: string },
): string | null {
  const [, word = ''] = /^unknown (?:option|command) '([^]*)'$/.exec(message) ?? [];
  const command = findCommand(program, commandPath);
  const options = [...command.options, ...(command.parent?.options ?? []), ...program.options];
  const known = {
    commandPath,
    commands: command
      .createHelp()
      .visibleCommands(command)
      .map((one) => one.name()),
    flags: options.flatMap(({ hidden, long, short }) => (hidden ? [] : [long ?? '', short ?? ''])),
  };
  switch (code) {
    case 'commander.unknownCommand':
      return suggestCommand(word, argv[argv.indexOf(word) + 1] ?? '', known);
    case 'commander.unknownOption':
      return suggestFlag(word, known);
    case 'commander.excessArguments':
      return suggestFields(argv);
    default:
      return null;
  }
}

function findCommand(program: Command, path: string): Command {
  return path.split(' ').reduce((at, name) => at.commands.find((one) => one.name() === name) ?? at, program);
}

/** The text after the name of an unknown flag can be a secret: `--header=…`, `-HAuthorization:…`. */
function flagNameOf(word: string): string {
  return /^--[a-z][a-z-]{0,30}(?==|$)/i.exec(word)?.[0] ?? /^-[a-z]/i.exec(word)?.[0] ?? '-…';
}

/** A flag that passes a secret in other tools. Every user of a machine can read command lines. */
function isSecretFlag(complaint: string): boolean {
  return /^unknown option '--?[a-z-]*(token|secret|password|key)'/.test(complaint);
}
