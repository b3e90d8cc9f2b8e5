import { type Command, Option } from 'commander';
import type { TranscriptFormat, TranscriptSelection } from '../api/wire.ts';
import { ExpectedError } from '../errors.ts';
import { hideGroups } from '../help/help-format.ts';
import { parseFormats, parseTranscript, TRANSCRIPT_FORMATS } from '../media-selection/transcript-words.ts';
import { parseCount } from '../parse/count.ts';
import {
  addFetchFlags,
  FETCH_GROUPS,
  type FetchFlags,
  type RawFetchFlags,
  readFetchFlags,
  refuseFetchFlags,
} from './fetch-flags.ts';
import { forFlag, nonEmpty, repeatable, withCompletions } from './flag-values.ts';
import { addQueryFlags, type QueryFlags, type RawQueryFlags, readQueryFlags } from './query-flags.ts';
import {
  addWaitFlags,
  type RawWaitFlags,
  readWaitFlags,
  refuseWaitFlags,
  type WaitFlags,
} from './wait-flags.ts';

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

/** @throws ExpectedError USAGE for flags that contradict each other, or that need another one */
export function readCreateFlags(raw: RawCreateFlags): CreateFlags {
  const fetch = raw.fetch === true ? readFetchFlags(raw) : null;
  const isWaiting = raw.wait === true || fetch !== null;
  if (fetch === null) refuseFetchFlags(raw);
  if (!isWaiting) refuseWaitFlags(raw, '--wait or --fetch');
  if (raw.language !== undefined && raw.transcripts === undefined) {
    throw new ExpectedError('USAGE', '--language needs --transcripts FORMAT');
  }
  if (raw.transcriptsOnly === true && raw.transcripts === undefined) {
    throw new ExpectedError('USAGE', '--transcripts-only needs --transcripts FORMAT');
  }
  const mediaIds = [...(raw.media ?? []), ...(raw.medium ?? [])];
  const query = readQueryFlags(raw);
  if (query !== null && mediaIds.length > 0) {
    throw new ExpectedError('USAGE', '-m and a query contradict each other', {
      hint: 'select media either by their IDs or by a query',
    });
  }
  if (raw.split !== undefined) checkSplit(raw, query !== null || mediaIds.length > 0);
  const hasMedia = query !== null || mediaIds.length > 0;
  if (raw.transcripts !== undefined && !hasMedia && raw.fromFile === undefined) {
    throw noMediaChosen();
  }
  if (mediaIds.includes('-') && raw.fromFile === '-') {
    throw new ExpectedError('USAGE', '-m - and -f - both read standard input');
  }
  return {
    mediaIds,
    renditionIds: raw.rendition ?? [],
    transcripts: (raw.transcript ?? []).map(forFlag('-t', parseTranscript)),
    query,
    split: raw.split ?? null,
    transcriptFormats: raw.transcripts ?? [],
    languages: raw.language ?? [],
    transcriptsOnly: raw.transcriptsOnly === true,
    title: raw.title ?? null,
    description: raw.description ?? null,
    expires: raw.expires ?? null,
    fromFile: raw.fromFile ?? null,
    dryRun: raw.dryRun === true,
    wait: isWaiting ? readWaitFlags(raw) : null,
    fetch,
  };
}

/** Only media can be split, and flags for a single package do not apply. */
function checkSplit(raw: RawCreateFlags, hasMedia: boolean): void {
  if (!hasMedia) throw new ExpectedError('USAGE', '--split needs -m or a query');
  const other =
    raw.rendition !== undefined
      ? '-r'
      : raw.transcript !== undefined
        ? '-t'
        : raw.fromFile !== undefined
          ? '-f'
          : raw.output !== undefined
            ? '-o'
            : raw.checksum === undefined
              ? null
              : '--checksum';
  if (other !== null) throw new ExpectedError('USAGE', `--split and ${other} cannot be combined`);
}

/** A body from a file can name the media, so this is known only after it is read. */
export function noMediaChosen(): ExpectedError {
  return new ExpectedError('USAGE', '--transcripts needs at least one media item', {
    hint: 'select media with -m ID or a query such as --tag TAG',
  });
}
