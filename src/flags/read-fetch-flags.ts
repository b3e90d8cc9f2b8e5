import { ExpectedError } from '../errors.ts';
import { selectsAll } from '../patterns/path-filter.ts';
import { readEntryFilterFlags } from './entry-filter-flags.ts';
import { DEFAULT_JOBS, DEFAULT_RETRIES, type FetchFlags, type RawFetchFlags } from './fetch-flags.ts';
import { readDestination, refuseBoth } from './read-destination.ts';
import { readRecordFlags } from './record-flags.ts';

/** @throws ExpectedError USAGE for flags that cannot be combined */
export function readFetchFlags(raw: RawFetchFlags): FetchFlags {
  const destination = readDestination(raw);
  const { toStdout } = destination;
  refuseBoth(raw.output !== undefined && destination.hasFolderFlag, '-o', '-D');
  const selection = readEntryFilterFlags(raw);
  const extract = raw.extract === true || !selectsAll(selection);
  refuseBoth(toStdout && extract, '-o -', flagThatExtracts(raw));
  refuseBoth(toStdout && raw.rm === true, '-o -', '--rm');
  refuseBoth(toStdout && raw.record !== undefined, '-o -', '--record');
  refuseBoth(toStdout && raw.onlyNew === true, '-o -', '--only-new');
  refuseBoth(toStdout && raw.jobs !== undefined, '-o -', '--jobs');
  if (raw.keepArchive === true && !extract) {
    throw new ExpectedError('USAGE', '--keep-archive needs -x');
  }
  const flag = raw.skipUnsafe === true ? '--skip-unsafe' : raw.encoding && '--encoding';
  if (flag !== undefined && !extract) {
    throw new ExpectedError('USAGE', `${flag} needs -x`);
  }
  return {
    output: destination.output,
    toStdout,
    folder: destination.folder,
    extract,
    keepArchive: raw.keepArchive === true,
    selection,
    encoding: raw.encoding ?? null,
    skipUnsafe: raw.skipUnsafe === true,
    ifExists: destination.ifExists,
    resume: raw.resume !== false,
    connections: raw.connections ?? null,
    jobs: raw.jobs ?? DEFAULT_JOBS,
    limitRateBytesPerSecond: raw.limitRate ?? null,
    retries: raw.retries ?? DEFAULT_RETRIES,
    checksum: raw.checksum ?? null,
    sha256: raw.sha256 === true,
    maxSizeBytes: raw.maxSize ?? null,
    ignoreSize: raw.ignoreSize === true,
    spaceCheck: raw.spaceCheck !== false,
    removeAfterwards: raw.rm === true,
    record: readRecordFlags(raw),
  };
}

/** As typed: selecting entries implies unpacking. */
function flagThatExtracts({ extract, include, pattern }: RawFetchFlags): string {
  if (extract === true) return '-x';
  if (include !== undefined) return '--include';
  return pattern === undefined ? '--exclude' : '--pattern';
}

/** As typed, by the names under which commander stores them. */
const FLAG_NAMES: Readonly<Record<keyof RawFetchFlags, string>> = {
  output: '-o',
  dir: '-D',
  outputDir: '--output-dir',
  dest: '--dest',
  extract: '-x',
  keepArchive: '--keep-archive',
  skipUnsafe: '--skip-unsafe',
  include: '--include',
  exclude: '--exclude',
  pattern: '--pattern',
  encoding: '--encoding',
  overwrite: '--overwrite',
  clobber: '--clobber',
  skipExisting: '--skip-existing',
  resume: '--no-resume',
  connections: '--connections',
  jobs: '--jobs',
  limitRate: '--limit-rate',
  retries: '--retries',
  checksum: '--checksum',
  sha256: '--sha256',
  maxSize: '--max-size',
  ignoreSize: '--ignore-size',
  spaceCheck: '--no-space-check',
  rm: '--rm',
  record: '--record',
  onlyNew: '--only-new',
};

/** For `create` without `--fetch`: flags without an effect are refused. */
export function refuseFetchFlags(raw: RawFetchFlags): void {
  const given = {
    ...raw,
    resume: raw.resume === false || undefined,
    spaceCheck: raw.spaceCheck === false || undefined,
  };
  for (const [key, flag] of Object.entries(FLAG_NAMES)) {
    if (Object.entries(given).some(([name, value]) => name === key && value !== undefined))
      throw new ExpectedError('USAGE', `${flag} needs --fetch`);
  }
}
