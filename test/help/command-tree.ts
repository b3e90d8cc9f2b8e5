import { type Command, CommanderError } from 'commander';
import { ExpectedError } from '../../src/errors.ts';
import { buildProgram } from '../../src/program.ts';
import { VERSION } from '../../src/version.ts';

const nothing = async () => undefined;
const nowhere = () => undefined;

function build(): Command {
  return buildProgram(
    { offline: nothing, online: nothing, account: nothing },
    { writeOut: nowhere, writeUnasked: nowhere, columns: 80 },
  );
}

export const program = build();

/** A command and all its visible subcommands. */
export function commandsOf(parent: Command): readonly Command[] {
  const shown = parent.createHelp().visibleCommands(parent);
  return [parent, ...parent.commands.filter((one) => shown.includes(one)).flatMap(commandsOf)];
}

/** `media list`; empty for the program itself. */
export function nameOf(command: Command): string {
  return command.parent === null ? '' : `${nameOf(command.parent)} ${command.name()}`.trim();
}

/** Whether a line, without the program's name, has only existing commands and flags with valid values. */
export async function parsesLine(line: string): Promise<boolean> {
  try {
    await build().parseAsync(splitWords(line), { from: 'user' });
    return true;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 || error.message === VERSION;
    if (error instanceof ExpectedError) return false;
    throw error;
  }
}

/** Splits words like a shell and removes quotes. */
export function splitWords(line: string): string[] {
  return (line.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []).map((word) => word.replace(/["']/g, ''));
}
