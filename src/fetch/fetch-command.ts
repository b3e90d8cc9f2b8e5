import type { FetchFlags } from '../flags/fetch-flags.ts';
import { selectsAll } from '../values/path-filter.ts';
import { PROGRAM } from '../version.ts';

/** The command that goes on with a package, as words, with the flags that decide where it goes and what is checked. */
export function fetchCommand(id: string, flags: FetchFlags): readonly string[] {
  const words = [
    ...(flags.output === null ? [] : ['-o', flags.output]),
    ...(flags.toStdout ? ['-o', '-'] : []),
    ...(flags.folder === null ? [] : ['-D', flags.folder]),
    ...(flags.extract && selectsAll(flags.selection) ? ['-x'] : []),
    ...flags.selection.include.flatMap((pattern) => ['--include', pattern]),
    ...flags.selection.exclude.flatMap((pattern) => ['--exclude', pattern]),
    ...(flags.skipUnsafe ? ['--skip-unsafe'] : []),
    ...(flags.keepArchive ? ['--keep-archive'] : []),
    ...(flags.ifExists === 'overwrite' ? ['--overwrite'] : []),
    ...(flags.ifExists === 'skip' ? ['--skip-existing'] : []),
    ...(flags.checksum === null ? [] : ['--checksum', `sha256=${flags.checksum}`]),
    ...(flags.removeAfterwards ? ['--rm'] : []),
  ];
  // Ids are opaque: one that starts with a dash would be read as flags.
  return id.startsWith('-') ? [PROGRAM, 'fetch', ...words, '--', id] : [PROGRAM, 'fetch', id, ...words];
}
