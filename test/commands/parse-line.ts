import { Command, CommanderError } from 'commander';
import { isExpectedError } from '../../src/errors.ts';
import { addGlobalFlags } from '../../src/flags/global-flags.ts';

type Define = (parent: Command, keep: (...parsed: readonly unknown[]) => Promise<void>) => void;

/**
 * Parses a line with only one command defined, like the whole program does. Returns the arguments of its
 * action: the options, and the connection options if there are any.
 */
export async function parseLine(define: Define, line: readonly string[]): Promise<readonly unknown[]> {
  let kept: readonly unknown[] | undefined;
  const root = new Command('streamdiver-dl')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  addGlobalFlags(root, { isHidden: false });
  define(root, async (...parsed) => {
    kept = parsed.filter((value) => !(value instanceof Command));
  });
  const addTo = (command: Command) => {
    addGlobalFlags(command, { isHidden: true });
    command.commands.forEach(addTo);
  };
  root.commands.forEach(addTo);
  await root.parseAsync([...line], { from: 'user' });
  if (kept === undefined) throw new Error(`no command ran for ${line.join(' ')}`);
  return kept;
}

/** The error message for a line that must be rejected. */
export async function refusalOf(define: Define, line: readonly string[]): Promise<string> {
  try {
    await parseLine(define, line);
  } catch (error) {
    if (error instanceof CommanderError) return error.message;
    if (isExpectedError(error, 'USAGE')) return `${error.message} ${error.details.hint ?? ''}`;
    throw error;
  }
  throw new Error(`not rejected: ${line.join(' ')}`);
}
