import { type Command, Option } from 'commander';
import { ExpectedError } from '../errors.ts';
import { parseCount } from '../parse/count.ts';
import { parseSize } from '../parse/size.ts';
import type { PathSelection } from '../patterns/path-filter.ts';
import { addEntryFilterFlags, type RawEntryFilterFlags } from './entry-filter-flags.ts';
import { forFlag, nonEmpty } from './flag-values.ts';
import { addRecordFlags, type RawRecordFlags, type RecordFlags } from './record-flags.ts';

/** The flags of `fetch` that `create --fetch` takes as well. */
export interface FetchFlags {
  /** A file; null to name it by ourselves. */
  readonly output: string | null;
  readonly toStdout: boolean;
  /** Folder for the files; null for the current one. */
  readonly folder: string | null;
  readonly extract: boolean;
  readonly keepArchive: boolean;
  /** Which entries of an archive are wanted. */
  readonly selection: PathSelection;
  /** Of names in archives that do not say it, for `nameDecoder()`; null to find out. */
  readonly encoding: string | null;
  readonly skipUnsafe: boolean;
  readonly ifExists: 'refuse' | 'overwrite' | 'skip';
  readonly resume: boolean;
  /** At once, over all files; null for as many as the engine finds useful. */
  readonly connections: number | null;
  /** How many packages are fetched at once. */
  readonly jobs: number;
  /** For all files together; null for no limit. */
  readonly limitRateBytesPerSecond: number | null;
  readonly retries: number;
  /** Expected SHA-256 in lower-case hexadecimal. */
  readonly checksum: string | null;
  readonly sha256: boolean;
  readonly maxSizeBytes: number | null;
  /** The size in the package does not count; the server's own must agree with what arrives. */
  readonly ignoreSize: boolean;
  readonly spaceCheck: boolean;
  readonly removeAfterwards: boolean;
  readonly record: RecordFlags;
}

export interface RawFetchFlags extends RawEntryFilterFlags, RawRecordFlags {
  readonly output?: string;
  readonly dir?: string;
  readonly outputDir?: string;
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

export function addFetchFlags(command: Command): Command {
  return addRecordFlags(addEntryFilterFlags(command))
    .optionsGroup('Where it goes:')
    .option(
      '-o, --output <file>',
      'write to this file; - for standard output; a folder means -D',
      forFlag('-o', nonEmpty),
    )
    .option('-D, --dir <folder>', 'write into this folder (made if missing)', forFlag('-D', nonEmpty))
    .addOption(new Option('--output-dir <folder>').argParser(forFlag('--output-dir', nonEmpty)).hideHelp())
    .option('-x, --extract', 'unpack the archive instead of keeping it')
    .option('--keep-archive', 'with -x: keep the archive, too')
    .option('--skip-unsafe', 'with -x: skip dangerous entries, unpack the rest, exit with 12')
    .option('--overwrite', 'replace an existing file once the new one is verified')
    .addOption(new Option('--clobber').hideHelp())
    .option('--skip-existing', 'keep an existing file and count it as done')
    .addOption(new Option('--no-clobber').hideHelp())
    .optionsGroup('The transfer:')
    .option('--no-resume', 'throw a partial download away and start again')
    .option(
      '--connections <n>',
      'maximum connections, shared by all files (1 to 16; default automatic, up to 8)',
      forFlag('--connections', (text) => parseCount(text, { least: 1, most: 16 })),
    )
    .option(
      '-j, --jobs <n>',
      `packages at once (1 to 16, default ${DEFAULT_JOBS})`,
      forFlag('--jobs', (text) => parseCount(text, { least: 1, most: 16 })),
    )
    .option(
      '--limit-rate <size>',
      'maximum bytes per second for all files together, such as 5M',
      forFlag('--limit-rate', parseRate),
    )
    .option(
      '--retries <n>',
      `consecutive failures without progress (default ${DEFAULT_RETRIES})`,
      forFlag('--retries', (text) => parseCount(text, { least: 0, most: 1000 })),
    )
    .optionsGroup('Safety:')
    .option('--checksum <sha256=hex>', 'expect this digest', forFlag('--checksum', parseChecksum))
    .option('--sha256', 'compute the SHA-256 of the file')
    .option('--max-size <size>', 'refuse what is larger, such as 2G', forFlag('--max-size', parseSize))
    .option('--ignore-size', 'accept another size than the package lists')
    .option('--no-space-check', 'start even if the disk seems too small')
    .optionsGroup('Afterwards:')
    .option('--rm', 'delete the package at the service after all is verified');
}

function parseChecksum(text: string): string {
  const match = /^sha256[=:]([0-9a-f]{64})$/i.exec(text);
  if (match?.[1] === undefined) {
    throw new ExpectedError('USAGE', `${JSON.stringify(text)} is not a SHA-256`, {
      hint: 'write it as sha256= and 64 hexadecimal digits',
    });
  }
  return match[1].toLowerCase();
}

/** A rate of nothing would never end. */
function parseRate(text: string): number {
  const bytesPerSecond = parseSize(text);
  if (bytesPerSecond <= 0) throw new ExpectedError('USAGE', 'the rate must be more than 0');
  return bytesPerSecond;
}
