import { Argument, type Command } from 'commander';
import { SCRIPTS } from '../completion/scripts.ts';
import { SHELLS, type Shell } from '../completion/shells.ts';
import type { LocalContext } from '../context.ts';
import { forFlag, oneOf } from '../flags/flag-values.ts';

export interface CompletionOptions {
  readonly shell: Shell;
}

export function defineCompletion(
  parent: Command,
  action: (options: CompletionOptions, command: Command) => Promise<void>,
): void {
  parent
    .command('completion')
    .summary('Print a completion script')
    .description(
      'Print a script that completes commands, flags, values, profiles, and IDs. IDs are looked up when you press Tab, for at most one second.',
    )
    .addArgument(new Argument('<shell>', SHELLS.join(', ')).argParser(forFlag('SHELL', oneOf(SHELLS))))
    .action((shell: Shell, _flags: unknown, self: Command) => action({ shell }, self));
}

/** Writes the script byte for byte: its reader is a shell. */
export async function completion(
  { shell }: CompletionOptions,
  { io }: Pick<LocalContext, 'io'>,
): Promise<void> {
  await io.bytes(Buffer.from(SCRIPTS[shell]));
}
