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
    .summary('print the completion script of a shell')
    .description(
      'Prints a script that teaches a shell to complete commands, flags, values, profiles and ids. Ids are asked for while you press Tab, for one second at most.',
    )
    .addArgument(new Argument('<shell>', SHELLS.join(', ')).argParser(forFlag('the shell', oneOf(SHELLS))))
    .action((shell: Shell, _flags: unknown, self: Command) => action({ shell }, self));
}

/** The script goes out byte for byte: it is for a shell, not for a person. */
export async function completion(
  { shell }: CompletionOptions,
  { io }: Pick<LocalContext, 'io'>,
): Promise<void> {
  await io.bytes(Buffer.from(SCRIPTS[shell]));
}
