import { type Command, Option } from 'commander';
import { createPathFilter, type PathSelection } from '../patterns/path-filter.ts';
import { forFlag, repeatable } from './flag-values.ts';

/** As commander stores them. */
export interface RawEntryFilterFlags {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** The name of `--include` in other tools. */
  readonly pattern?: readonly string[];
  readonly encoding?: string;
}

export function addEntryFilterFlags(command: Command): Command {
  return (
    command
      .optionsGroup('Entries:')
      .option(
        '--include <glob>',
        "Only matching entries, such as '*.srt' (.gitignore syntax); repeatable",
        patterns('--include'),
      )
      .option('--exclude <glob>', 'Skip matching entries; repeatable', patterns('--exclude'))
      .option('--encoding <name>', 'Encoding of names that are not UTF-8, such as shift_jis')
      // The encodings are loaded only if the flag is used.
      .hook('preAction', async (self) => {
        if (self.opts()['encoding'] !== undefined) (await import('./name-encoding.ts')).readEncoding(self);
      })
      .addOption(new Option('--pattern <glob>').argParser(patterns('--pattern')).hideHelp())
  );
}

export function readEntryFilterFlags({ include, exclude, pattern }: RawEntryFilterFlags): PathSelection {
  return { include: [...(include ?? []), ...(pattern ?? [])], exclude: exclude ?? [] };
}

/** The returned parser throws ExpectedError USAGE for an invalid pattern. */
function patterns(flag: string): (text: string, previous?: readonly string[]) => readonly string[] {
  const add = repeatable(flag);
  return (text, previous) => {
    const added = add(text, previous);
    forFlag(flag, (pattern) => createPathFilter({ include: [pattern], exclude: [] }))(text);
    return added;
  };
}
