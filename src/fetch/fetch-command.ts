import { DEFAULT_JOBS, DEFAULT_RETRIES, type FetchFlags } from '../flags/fetch-flags.ts';
import { recordWords } from '../flags/record-flags.ts';
import { writeSize } from '../parse/size.ts';
import { selectsAll } from '../patterns/path-filter.ts';
import { PROGRAM } from '../version.ts';

/**
 * The command that continues a package, as words, with the flags that still apply. `--no-resume` does not,
 * because it would discard the part.
 */
export function fetchCommand(id: string, flags: FetchFlags): readonly string[] {
  const words = [
    ...(flags.output === null ? [] : ['-o', flags.output]),
    ...(flags.toStdout ? ['-o', '-'] : []),
    ...(flags.folder === null ? [] : ['-D', flags.folder]),
    ...(flags.extract && selectsAll(flags.selection) ? ['-x'] : []),
    ...flags.selection.include.flatMap((pattern) => ['--include', pattern]),
    ...flags.selection.exclude.flatMap((pattern) => ['--exclude', pattern]),
    ...(flags.encoding === null ? [] : ['--encoding', flags.encoding]),
    ...(flags.skipUnsafe ? ['--skip-unsafe'] : []),
    ...(flags.keepArchive ? ['--keep-archive'] : []),
    ...(flags.ifExists === 'overwrite' ? ['--overwrite'] : []),
    ...(flags.ifExists === 'skip' ? ['--skip-existing'] : []),
    ...(flags.connections === null ? [] : ['--connections', String(flags.connections)]),
    ...(flags.jobs === DEFAULT_JOBS ? [] : ['-j', String(flags.jobs)]),
    ...(flags.limitRateBytesPerSecond === null
      ? []
      : ['--limit-rate', writeSize(flags.limitRateBytesPerSecond)]),
    ...(flags.retries === DEFAULT_RETRIES ? [] : ['--retries', String(flags.retries)]),
    ...(flags.maxSizeBytes === null ? [] : ['--max-size', writeSize(flags.maxSizeBytes)]),
    ...(flags.ignoreSize ? ['--ignore-size'] : []),
    ...(flags.spaceCheck ? [] : ['--no-space-check']),
    ...(flags.checksum === null ? [] : ['--checksum', `sha256=${flags.checksum}`]),
    ...(flags.sha256 ? ['--sha256'] : []),
    ...recordWords(flags.record),
    ...(flags.removeAfterwards ? ['--rm'] : []),
  ];
  // IDs are opaque; one that starts with a dash would be parsed as a flag.
  return id.startsWith('-') ? [PROGRAM, 'fetch', ...words, '--', id] : [PROGRAM, 'fetch', id, ...words];
}

/** The command that lists the entries of a package, with the same encoding of names. */
export function contentsCommand(id: string, encoding: string | null): readonly string[] {
  return [PROGRAM, 'contents', ...(encoding === null ? [] : ['--encoding', encoding]), '--', id];
}
