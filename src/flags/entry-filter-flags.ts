import { type Command, Option } from 'commander';
import { createPathFilter, type PathSelection } from '../patterns/path-filter.ts';
import { forFlag, repeatable } from './flag-values.ts';

/** As commander stores them. */
export interface RawEntryFilterFlags {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** The name that users of other tools try first. */
  readonly pattern?: readonly string[];
  readonly encoding?: string;
}

export function addEntryFilterFlags(command: Command): Command {
  return (
    command
      .optionsGroup('Which entries:')
      .option(
        '--include <glob>',
        "only entries of this name or path, as in .gitignore: '*.srt'; several times",
        patterns('--include'),
      )
      .option('--exclude <glob>', 'not these entries; several times', patterns('--exclude'))
      .option('--encoding <name>', 'the encoding of names that are not UTF-8, such as shift_jis')
      // Few lines name one, so what knows encodings is loaded for those alone.
      .hook('preAction', async (self) => {
        if (self.opts()['encoding'] !== undefined) (await import('./name-encoding.ts')).readEncoding(self);
      })
      .addOption(new Option('--pattern <glob>').argParser(patterns('--pattern')).hideHelp())
  );
}

export function readEntryFilterFlags({ include, exclude, pattern }: RawEntryFilterFlags): PathSelection {
  return { include: [...(include ?? []), ...(pattern ?? [])], exclude: exclude ?? [] };
}

/** @throws ExpectedError USAGE (from what it gives) for a pattern that cannot be read */
function patterns(flag: string): (text: string, previous?: readonly string[]) => readonly string[] {
  const add = repeatable(flag);
  return (text, previous) => {
    const added = add(text, previous);
    forFlag(flag, (pattern) => createPathFilter({ include: [pattern], exclude: [] }))(text);
    return added;
  };
}
