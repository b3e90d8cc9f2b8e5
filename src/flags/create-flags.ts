import { type Command, Option } from 'commander';
import type { TranscriptFormat, TranscriptSelection } from '../api/wire.ts';
import { hideGroups } from '../help/help-format.ts';
import { parseFormats, TRANSCRIPT_FORMATS } from '../media-selection/transcript-words.ts';
import { parseCount } from '../parse/count.ts';
import { addFetchFlags, FETCH_GROUPS, type FetchFlags, type RawFetchFlags } from './fetch-flags.ts';
import { forFlag, nonEmpty, repeatable, withCompletions } from './flag-values.ts';
import { addQueryFlags, type QueryFlags, type RawQueryFlags } from './query-flags.ts';
import { addWaitFlags, type RawWaitFlags, type WaitFlags } from './wait-flags.ts';

export interface CreateFlags {
  readonly mediaIds: readonly string[];
  readonly renditionIds: readonly string[];
  readonly transcripts: readonly TranscriptSelection[];
  /** Null without a query. */
  readonly query: QueryFlags | null;
  /** The maximum number of media per package; null for no limit. */
  readonly split: number | null;
  /** Every transcript of the selected media, in these formats. */
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

/** The flags of `create`, including those for waiting and fetching. */
export function addCreateFlags(command: Command): Command {
  command
    .optionsGroup('Contents:')
    .option('-m, --media <id>', 'Add a media item (- for standard input); repeatable', repeatable('-m'))
    .addOption(new Option('--medium <id>').argParser(repeatable('--medium')).hideHelp())
    .option('-r, --rendition <id>', 'Add a rendition; repeatable', repeatable('-r'))
    .option(
      '-t, --transcript <id[:format]>',
      `Add a transcript (${TRANSCRIPT_FORMATS.join(', ')}; default srt); repeatable`,
      repeatable('-t'),
    )
    .option(
      '--transcripts <format,...>',
      'Add every transcript of the selected media',
      forFlag('--transcripts', withCompletions(TRANSCRIPT_FORMATS, parseFormats, { isList: true })),
    )
    .option(
      '--language <code>',
      'With --transcripts: only this language; repeatable',
      repeatable('--language'),
    )
    .option('--transcripts-only', 'Omit the media themselves')
    .option(
      '-f, --from-file <file>',
      'Read the JSON request body from a file (- for standard input)',
      forFlag('-f', nonEmpty),
    )
    .optionsGroup('Query:');
  addQueryFlags(command, { all: 'Select all media' })
    .option(
      '--split <n>',
      'Create packages of at most N media each',
      forFlag('--split', (text) => parseCount(text, { least: 1, most: 1_000_000 })),
    )
    .optionsGroup('Package:')
    .option('--title <text>', 'Title of the package', forFlag('--title', nonEmpty))
    .option('--description <text>', 'Description of the package')
    .option(
      '--expires <when>',
      'Expiry, such as 7d, 2026-12-31, or 2026-12-31T23:59:59Z',
      forFlag('--expires', nonEmpty),
    )
    .optionsGroup('Safety:')
    .option('-n, --dry-run', 'Print the request without sending it')
    .option('--anonymous', 'Ignore the credential')
    .optionsGroup('After creation:')
    .option('--wait', 'Wait until the package is ready')
    .option('--fetch', "Wait, then fetch the package; accepts the flags of 'fetch'");
  return hideGroups(addFetchFlags(addWaitFlags(command)), FETCH_GROUPS);
}
