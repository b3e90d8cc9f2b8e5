import path from 'node:path';
import { ExpectedError } from '../errors.ts';
import { selectsAll } from '../patterns/path-filter.ts';
import { readEntryFilterFlags } from './entry-filter-flags.ts';
import { DEFAULT_JOBS, DEFAULT_RETRIES, type FetchFlags, type RawFetchFlags } from './fetch-flags.ts';
import { readRecordFlags } from './record-flags.ts';

/** Names of standard output itself: as files they could only be replaced. */
export const STANDARD_OUTPUT = new Set(['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']);

/** @throws ExpectedError USAGE for flags that contradict each other */
export function readFetchFlags(raw: RawFetchFlags): FetchFlags {
  const overwrite = raw.overwrite === true || raw.clobber === true;
  const skip = raw.skipExisting === true || raw.clobber === false;
  const toStdout = raw.output !== undefined && STANDARD_OUTPUT.has(path.normalize(raw.output));
  const isFolder = raw.output !== undefined && /[/\\]$/.test(raw.output);
  const folder = raw.dir ?? raw.outputDir ?? (isFolder ? raw.output : undefined) ?? null;
  contradiction(overwrite && skip, '--overwrite and --skip-existing');
  contradiction(raw.output !== undefined && (raw.dir ?? raw.outputDir) !== undefined, '-o and -D');
  const selection = readEntryFilterFlags(raw);
  const extract = raw.extract === true || !selectsAll(selection);
  contradiction(toStdout && extract, `-o - and ${flagThatExtracts(raw)}`);
  contradiction(toStdout && raw.rm === true, '-o - and --rm');
  contradiction(toStdout && raw.record !== undefined, '-o - and --record');
  contradiction(toStdout && raw.onlyNew === true, '-o - and --only-new');
  contradiction(toStdout && raw.jobs !== undefined, '-o - and --jobs');
  if (raw.keepArchive === true && !extract) {
    throw new ExpectedError('USAGE', '--keep-archive needs -x: without it the archive is kept anyway');
  }
  const flag = raw.skipUnsafe === true ? '--skip-unsafe' : raw.encoding && '--encoding';
  if (flag !== undefined && !extract) {
    throw new ExpectedError('USAGE', `${flag} needs -x: without it nothing is unpacked`);
  }
  return {
    output: raw.output === undefined || toStdout || isFolder ? null : path.normalize(raw.output),
    toStdout,
    folder,
    extract,
    keepArchive: raw.keepArchive === true,
    selection,
    encoding: raw.encoding ?? null,
    skipUnsafe: raw.skipUnsafe === true,
    ifExists: overwrite ? 'overwrite' : skip ? 'skip' : 'refuse',
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

/** As it was typed: to select entries is to unpack them. */
function flagThatExtracts({ extract, include, pattern }: RawFetchFlags): string {
  if (extract === true) return '-x';
  if (include !== undefined) return '--include';
  return pattern === undefined ? '--exclude' : '--pattern';
}

/** As they are written, by the names under which commander stores them. */
const FLAG_NAMES: Readonly<Record<keyof RawFetchFlags, string>> = {
  output: '-o',
  dir: '-D',
  outputDir: '--output-dir',
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

/** For `create` without `--fetch`: flags that would have no effect are a mistake. */
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

function contradiction(isThere: boolean, flags: string): void {
  if (isThere) throw new ExpectedError('USAGE', `${flags} contradict each other`);
}
