import type { Command } from 'commander';
import { type MediaItem, type MediaTranscript, mediaItemDocument, transcriptDocument } from '../api/media.ts';
import type { Context } from '../context.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { forFlag, nonEmpty, withCompletions } from '../flags/flag-values.ts';
import { addQueryFlags, type QueryFlags, type RawQueryFlags, readListQuery } from '../flags/query-flags.ts';
import { resolveQuery } from '../flags/resolve-query.ts';
import { findMedia } from '../media-selection/find-media.ts';
import { parseCount } from '../parse/count.ts';
import type { Column } from '../terminal/listing/listing.ts';
import { formatDuration } from '../terminal/text/format.ts';
import { PROGRAM } from '../version.ts';
import { parseSort, sortWords } from './listing/sort.ts';

export interface MediaListOptions {
  readonly text: string | null;
  readonly query: QueryFlags;
  readonly sort: string | null;
  /** Infinity with `--all`. */
  readonly limit: number;
}

export interface MediaShowOptions {
  readonly id: string;
}

interface RawFlags extends RawQueryFlags {
  readonly sort?: string;
  readonly limit?: number;
}

const DEFAULT_LIMIT = 30;

export function defineMedia(
  parent: Command,
  actions: {
    list: (options: MediaListOptions, command: Command) => Promise<void>;
    show: (options: MediaShowOptions, command: Command) => Promise<void>;
  },
): void {
  const media = parent
    .command('media')
    .summary('Browse and search the media library')
    .description('Browse and search the media library.');
  const list = media
    .command('list')
    .alias('ls')
    .summary('List or search the media library')
    .description('List the media library, or search it for TEXT.')
    .argument('[text]', 'Search text', forFlag('TEXT', nonEmpty))
    .optionsGroup('Filters:');
  addQueryFlags(list, { all: 'List all media items' })
    .option(
      '--sort <field[:desc]>',
      'Sort by a field, such as name or name:desc',
      forFlag('--sort', withCompletions(sortWords(['name']), checkSort)),
    )
    .option(
      '-L, --limit <n>',
      `Maximum number of media items (default ${DEFAULT_LIMIT})`,
      forFlag('--limit', (text) => parseCount(text, { least: 1, most: 1_000_000 })),
    )
    .action((text: string | undefined, flags: RawFlags, self: Command) => {
      if (flags.all === true && flags.limit !== undefined) {
        throw new ExpectedError('USAGE', '--all and --limit cannot be combined');
      }
      const limit = flags.all === true ? Number.POSITIVE_INFINITY : (flags.limit ?? DEFAULT_LIMIT);
      if (text !== undefined && flags.search !== undefined) {
        throw new ExpectedError('USAGE', 'TEXT and --search cannot be combined');
      }
      const query = readListQuery(flags);
      return actions.list({ text: text ?? null, query, sort: flags.sort ?? null, limit }, self);
    });
  media
    .command('show')
    .summary('Show the renditions and transcripts of a media item')
    .description('Show a media item with the IDs of its renditions and transcripts.')
    .argument('<id>', 'Media ID', forFlag('ID', nonEmpty))
    .action((id: string, _flags: RawFlags, self: Command) => actions.show({ id }, self));
}

/** The service sorts, so only it knows the fields. The direction is checked here. */
function checkSort(text: string): string {
  const [field = ''] = text.split(':');
  parseSort(text, [nonEmpty(field)]);
  return text;
}

const COLUMNS: readonly Column<MediaItem>[] = [
  { key: 'id', heading: 'ID', text: ({ id }) => id, id: 'full' },
  { key: 'type', heading: 'TYPE', text: ({ type }) => type ?? '' },
  { key: 'name', heading: 'NAME', text: ({ name }) => name ?? '', shrinks: true },
  {
    key: 'durationSeconds',
    heading: 'LENGTH',
    align: 'right',
    text: ({ durationSeconds }) => (durationSeconds === null ? '' : String(durationSeconds)),
    display: ({ durationSeconds }) =>
      durationSeconds === null ? '' : formatDuration(durationSeconds * 1000),
  },
  {
    key: 'tags',
    heading: 'TAGS',
    text: ({ tags }) => (tags ?? []).join(','),
    shrinks: true,
    isOptional: true,
  },
];

export async function mediaList(
  { text, query, sort, limit }: MediaListOptions,
  { api, io, clock, signal }: Pick<Context, 'api' | 'io' | 'clock' | 'signal'>,
): Promise<void> {
  const { items, truncated } = await findMedia(
    resolveQuery(query, clock.now(), (message) => io.info(message)),
    { api, signal, warn: (message) => io.warn(message), limit, maxMedia: query.maxMedia, text, sort },
  );
  io.listing({
    items,
    columns: COLUMNS,
    document: { items: items.map(mediaItemDocument), count: items.length, truncated },
    itemDocument: mediaItemDocument,
    emptyText: 'No media',
  });
  if (truncated) io.info(`Showing the first ${items.length}. Use --limit N or --all for more.`);
}

/** A row of `media show`: the media item, or a part that `create` can add. */
interface Part {
  readonly kind: 'medium' | 'rendition' | 'transcript';
  readonly id: string;
  readonly name: string;
  readonly flag: string;
}

export async function mediaShow(
  { id }: MediaShowOptions,
  { api, io, signal }: Pick<Context, 'api' | 'io' | 'signal'>,
): Promise<void> {
  const medium = await getMediaItem(id, api, signal);
  const transcripts = (await api.listTranscripts(id, signal)) ?? [];
  const document = { ...mediaItemDocument(medium), transcripts: transcripts.map(transcriptDocument) };
  if (io.format === 'json') {
    io.json(document);
    return;
  }
  const parts = partsOf(medium, transcripts);
  io.listing({
    items: parts,
    columns: [
      {
        key: 'kind',
        heading: 'WHAT',
        text: ({ kind }) => kind,
        display: ({ kind }) => (kind === 'medium' ? 'media item' : kind),
      },
      { key: 'id', heading: 'ID', text: (part) => part.id, id: 'full' },
      { key: 'name', heading: 'NAME', text: ({ name }) => name, shrinks: true },
      { key: 'flag', heading: 'FLAG', text: ({ flag }) => flag },
    ],
    document,
    itemDocument: (part) => ({ ...part }),
    emptyText: 'Nothing',
  });
  if (medium.description !== null) io.info(medium.description);
}

function partsOf(medium: MediaItem, transcripts: readonly MediaTranscript[]): readonly Part[] {
  return [
    { kind: 'medium', id: medium.id, name: medium.name ?? '', flag: '-m' },
    ...medium.renditions.map(({ id, name }) => ({
      kind: 'rendition' as const,
      id,
      name: name ?? '',
      flag: '-r',
    })),
    ...transcripts.map(({ id, languageCode }) => ({
      kind: 'transcript' as const,
      id,
      name: languageCode ?? '',
      flag: '-t',
    })),
  ];
}

async function getMediaItem(id: string, api: Context['api'], signal: AbortSignal): Promise<MediaItem> {
  try {
    return await api.getMediaItem(id, signal);
  } catch (error) {
    if (!isExpectedError(error, 'NOT_FOUND')) throw error;
    throw new ExpectedError('NOT_FOUND', `no media item with ID ${id}`, {
      ...error.details,
      id,
      cause: error,
      hint: `run '${PROGRAM} media list TEXT' to find media`,
    });
  }
}
