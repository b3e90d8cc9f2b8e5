import { type Command, Option } from 'commander';
import type { TranscriptFormat, TranscriptSelection } from '../api/wire.ts';
import { parseFormats, TRANSCRIPT_FORMATS } from '../media-selection/transcript-words.ts';
import { parseCount } from '../parse/count.ts';
import { addFetchFlags, type FetchFlags, type RawFetchFlags } from './fetch-flags.ts';
import { forFlag, nonEmpty, repeatable, withCompletions } from './flag-values.ts';
import { addQueryFlags, type QueryFlags, type RawQueryFlags } from './query-flags.ts';
import { addWaitFlags, type RawWaitFlags, type WaitFlags } from './wait-flags.ts';

export interface CreateFlags {
  readonly mediaIds: readonly string[];
  readonly renditionIds: readonly string[];
  readonly transcripts: readonly TranscriptSelection[];
  /** Null when no flag queries the library. */
  readonly query: QueryFlags | null;
  /** How many media go into one package; null for all of them. */
  readonly split: number | null;
  /** Every transcript of the chosen media in these formats. */
  readonly transcriptFormats: readonly TranscriptFormat[];
  readonly languages: readonly string[];
  readonly transcriptsOnly: boolean;
  readonly title: string | null;
  readonly description: string | null;
  readonly expires: string | null;
  /** A path, or `-` for standard input. */
  readonly fromFile: string | null;
  readonly dryRun: boolean;
  /** Null does not wait. */
  readonly wait: WaitFlags | null;
  /** Null does not fetch. */
  readonly fetch: FetchFlags | null;
}

export interface RawCreateFlags extends RawWaitFlags, RawFetchFlags, RawQueryFlags {
  readonly media?: readonly string[];
  readonly medium?: readonly string[];
  readonly rendition?: readonly string[];
  readonly split?: number;
  readonly transcript?: readonly string[];
  readonly transcripts?: readonly TranscriptFormat[];
  readonly language?: readonly string[];
  readonly transcriptsOnly?: boolean;
  readonly title?: string;
  readonly description?: string;
  readonly expires?: string;
  readonly fromFile?: string;
  readonly dryRun?: boolean;
  readonly anonymous?: boolean;
  readonly fetch?: boolean;
}

/** Those of `create`, with those of waiting and fetching. */
export function addCreateFlags(command: Command): Command {
  command
    .optionsGroup('What goes in:')
    .option('-m, --media <id>', 'media item, or - for standard input; repeatable', repeatable('-m'))
    .addOption(new Option('--medium <id>').argParser(repeatable('--medium')).hideHelp())
    .option('-r, --rendition <id>', 'a rendition; repeatable', repeatable('-r'))
    .option(
      '-t, --transcript <id[:format]>',
      'a transcript as srt (default), txt or json; repeatable',
      repeatable('-t'),
    )
    .option(
      '--transcripts <format,...>',
      'every transcript of the chosen media',
      forFlag('--transcripts', withCompletions(TRANSCRIPT_FORMATS, parseFormats, { isList: true })),
    )
    .option('--language <code>', 'with --transcripts: only this language', repeatable('--language'))
    .option('--transcripts-only', 'leave the media themselves out')
    .option(
      '-f, --from-file <file>',
      "the API's own JSON body; - for standard input; flags add to it",
      forFlag('-f', nonEmpty),
    )
    .optionsGroup('Media by a query:');
  addQueryFlags(command, { all: 'all media' })
    .option(
      '--split <n>',
      'make several packages of at most this many media each',
      forFlag('--split', (text) => parseCount(text, { least: 1, most: 1_000_000 })),
    )
    .optionsGroup('About the package:')
    .option('--title <text>', 'title of the package', forFlag('--title', nonEmpty))
    .option('--description <text>', 'description of the package')
    .option(
      '--expires <when>',
      'such as 7d, 2026-12-31 or 2026-12-31T23:59:59Z',
      forFlag('--expires', nonEmpty),
    )
    .optionsGroup('Safety:')
    .option('-n, --dry-run', 'show what would be sent, send nothing')
    .option('--anonymous', 'use no credential')
    .optionsGroup('Afterwards:')
    .option('--wait', 'wait until the package is ready')
    .option('--fetch', 'wait, then fetch it');
  return addFetchFlags(addWaitFlags(command));
}
