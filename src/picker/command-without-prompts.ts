import type { Context } from '../context.ts';
import { commandLines } from '../terminal/text/shell-quote.ts';
import { PROGRAM } from '../version.ts';

/** The indentation of the printed command, and a free cell. */
const MARGIN = 3;

/**
 * This command line with what was selected, as lines to copy. Nothing can be added after a `--`, so what
 * follows one is dropped.
 */
export function commandWithoutPrompts(
  selected: readonly string[],
  { io, world: { argv, platform } }: Pick<Context, 'io' | 'world'>,
): readonly string[] {
  const typed = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  return commandLines([PROGRAM, ...typed, ...selected], { platform, width: io.columns - MARGIN });
}

/** Prints the command that makes the same selection without prompts. */
export function printCommand(lines: readonly string[], io: Pick<Context['io'], 'info'>): void {
  io.info('To run this without prompts:');
  for (const line of lines) io.info(`  ${line}`);
}
