import { type Command, Option } from 'commander';
import { ExpectedError } from '../errors.ts';
import { parseCount } from '../parse/count.ts';
import { parseSize } from '../parse/size.ts';
import type { PathSelection } from '../patterns/path-filter.ts';
import { addEntryFilterFlags, type RawEntryFilterFlags } from './entry-filter-flags.ts';
import { forFlag, nonEmpty } from './flag-values.ts';
import { addRecordFlags, type RawRecordFlags, type RecordFlags } from './record-flags.ts';

/** The flags of `fetch` that `create --fetch` also accepts. */
export interface FetchFlags {
  /** A file; null for a generated name. */
  readonly output: string | null;
  readonly toStdout: boolean;
  /** Folder for the files; null for the current one. */
  readonly folder: string | null;
  readonly extract: boolean;
  readonly keepArchive: boolean;
  /** Which entries of an archive to unpack. */
  readonly selection: PathSelection;
  /** Encoding of undeclared names in archives, for `nameDecoder()`; null to detect it. */
  readonly encoding: string | null;
  readonly skipUnsafe: boolean;
  readonly ifExists: 'refuse' | 'overwrite' | 'skip';
  readonly resume: boolean;
  /** Shared by all files; null for automatic. */
  readonly connections: number | null;
  /** How many packages are fetched in parallel. */
  readonly jobs: number;
  /** Shared by all files; null for no limit. */
  readonly limitRateBytesPerSecond: number | null;
  readonly retries: number;
  /** Expected SHA-256 in lower-case hexadecimal. */
  readonly checksum: string | null;
  readonly sha256: boolean;
  readonly maxSizeBytes: number | null;
  /** Ignore the size that the package lists. The server's own size must still match the bytes received. */
  readonly ignoreSize: boolean;
  readonly spaceCheck: boolean;
  readonly removeAfterwards: boolean;
  readonly record: RecordFlags;
}

export interface RawFetchFlags extends RawEntryFilterFlags, RawRecordFlags {
  readonly output?: string;
  readonly dir?: string;
  readonly outputDir?: string;
  readonly dest?: string;
  readonly extract?: boolean;
  readonly keepArchive?: boolean;
  readonly skipUnsafe?: boolean;
  readonly overwrite?: boolean;
  readonly clobber?: boolean;
  readonly skipExisting?: boolean;
  readonly resume?: boolean;
  readonly connections?: number;
  readonly jobs?: number;
  readonly limitRate?: number;
  readonly retries?: number;
  readonly checksum?: string;
  readonly sha256?: boolean;
  readonly maxSize?: number;
  readonly ignoreSize?: boolean;
  readonly spaceCheck?: boolean;
  readonly rm?: boolean;
}

export const DEFAULT_RETRIES = 5;
export const DEFAULT_JOBS = 3;

/** Groups of flags that `create` also accepts, but leaves to the help of `fetch`. */
export const FETCH_GROUPS: readonly string[] = [
  'Entries:',
  'Record:',
  'Destination:',
  'Transfer:',
  'Verification:',
  'After the download:',
];

export function addFetchFlags(command: Command): Command {
  return addRecordFlags(addEntryFilterFlags(command))
    .optionsGroup('Destination:')
    .option(
      '-o, --output <file>',
      'Write to this file (- for standard output; a folder means -D)',
      forFlag('-o', nonEmpty),
    )
    .option('-D, --dir <folder>', 'Write to this folder (created if missing)', forFlag('-D', nonEmpty))
    .addOption(new Option('--output-dir <folder>').argParser(forFlag('--output-dir', nonEmpty)).hideHelp())
    .addOption(new Option('--dest <folder>').argParser(forFlag('--dest', nonEmpty)).hideHelp())
    .option('-x, --extract', 'Unpack the archive instead of keeping it')
    .option('--keep-archive', 'With -x: also keep the archive')
    .option('--skip-unsafe', 'With -x: skip dangerous entries, unpack the rest, exit 12')
    .option('--overwrite', 'Replace an existing file after the new one is verified')
    .addOption(new Option('--clobber').hideHelp())
    .option('--skip-existing', 'Keep an existing file and treat it as done')
    .addOption(new Option('--no-clobber').hideHelp())
    .optionsGroup('Transfer:')
    .option('--no-resume', 'Discard a partial download and start over')
    .option(
      '--connections <n>',
      'Maximum connections, shared by all files (default: automatic, up to 8)',
      forFlag('--connections', (text) => parseCount(text, { least: 1, most: 16 })),
    )
    .option(
      '-j, --jobs <n>',
      `Number of packages to fetch in parallel (default ${DEFAULT_JOBS})`,
      forFlag('--jobs', (text) => parseCount(text, { least: 1, most: 16 })),
    )
    .option(
      '--limit-rate <size>',
      'Maximum bytes per second, shared by all files, such as 5M',
      forFlag('--limit-rate', parseRate),
    )
    .option(
      '--retries <n>',
      `Consecutive failures without progress before giving up (default ${DEFAULT_RETRIES})`,
      forFlag('--retries', (text) => parseCount(text, { least: 0, most: 1000 })),
    )
    .optionsGroup('Verification:')
    .option('--checksum <sha256=hex>', 'Verify this digest', forFlag('--checksum', parseChecksum))
    .option('--sha256', 'Compute the SHA-256 of the file')
    .option('--max-size <size>', 'Refuse anything larger, such as 2G', forFlag('--max-size', parseSize))
    .option('--ignore-size', 'Accept a size that differs from the listed one')
    .option('--no-space-check', 'Start even if the disk seems too small')
    .optionsGroup('After the download:')
    .option('--rm', 'Delete the package from the service after verification');
}

function parseChecksum(text: string): string {
  const match = /^sha256[=:]([0-9a-f]{64})$/i.exec(text);
  if (match?.[1] === undefined) {
    throw new ExpectedError('USAGE', `${JSON.stringify(text)} is not a SHA-256`, {
      hint: 'use the form sha256=HEX, with 64 hexadecimal digits',
    });
  }
  return match[1].toLowerCase();
}

/** A download at a rate of 0 would never end. */
function parseRate(text: string): number {
  const bytesPerSecond = parseSize(text);
  if (bytesPerSecond <= 0) throw new ExpectedError('USAGE', 'the rate must be more than 0');
  return bytesPerSecond;
}
