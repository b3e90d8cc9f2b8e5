import { type Command, Option } from 'commander';
import { createPathFilter, type PathSelection } from '../values/path-filter.ts';
import { forFlag, repeatable } from './flag-values.ts';

/** As commander stores them. */
export interface RawSelectionFlags {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** The name that users of other tools try first. */
  readonly pattern?: readonly string[];
}

export function addSelectionFlags(command: Command): Command {
  return command
    .optionsGroup('Which entries:')
    .option(
      '--include <glob>',
      "only entries of this name or path, as in .gitignore: '*.srt'; several times",
      patterns('--include'),
    )
    .option('--exclude <glob>', 'not these entries; several times', patterns('--exclude'))
    .addOption(new Option('--pattern <glob>').argParser(patterns('--pattern')).hideHelp());
}

export function readSelectionFlags({ include, exclude, pattern }: RawSelectionFlags): PathSelection {
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
