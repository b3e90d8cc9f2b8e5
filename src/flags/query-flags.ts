import type { Command } from 'commander';
import { MEDIA_TYPES } from '../api/media-types.ts';
import { ExpectedError } from '../errors.ts';
import type { MediaQuery } from '../media-selection/media-query.ts';
import { parseCount } from '../parse/count.ts';
import { forFlag, nonEmpty, oneOf } from './flag-values.ts';

export interface RawQueryFlags {
  readonly search?: string;
  readonly type?: string;
  readonly tag?: string;
  readonly speaker?: string;
  readonly channel?: string;
  readonly since?: string;
  readonly until?: string;
  readonly all?: boolean;
  readonly maxMedia?: number;
}

/** The flags that select media. */
export interface QueryFlags extends Omit<MediaQuery, 'sinceMs' | 'untilMs'> {
  /** As written, because its meaning depends on the clock. */
  readonly since: string | null;
  readonly until: string | null;
  readonly maxMedia: number | null;
}

/** The flags that `create`, `transcripts`, and `media list` share. */
export function addQueryFlags(command: Command, { all }: { readonly all: string }): Command {
  return command
    .option('--search <text>', 'Only media that match this text', forFlag('--search', nonEmpty))
    .option(
      '--type <type>',
      'Only this type: video, audio, image, or document',
      forFlag('--type', oneOf(MEDIA_TYPES)),
    )
    .option('--tag <tag>', 'Only media with this tag', forFlag('--tag', nonEmpty))
    .option('--speaker <name>', 'Only media with this speaker', forFlag('--speaker', nonEmpty))
    .option('--channel <id>', 'Only media in this channel', forFlag('--channel', nonEmpty))
    .option(
      '--since <when>',
      'Only media created since then, such as 7d or 2026-12-31',
      forFlag('--since', nonEmpty),
    )
    .option(
      '--until <when>',
      'Only media created until then, including that day',
      forFlag('--until', nonEmpty),
    )
    .option('--all', all)
    .option(
      '--max-media <n>',
      'Refuse to select more media than this',
      forFlag('--max-media', (text) => parseCount(text, { least: 1, most: 1_000_000 })),
    );
}

/**
 * Reads the query; null if no flag selects media.
 * @throws ExpectedError USAGE for `--max-media` without a query
 */
export function readQueryFlags(raw: RawQueryFlags): QueryFlags | null {
  const { maxMedia, ...query } = readListQuery(raw);
  if (raw.all === true || Object.values(query).some((value) => value !== null)) return { ...query, maxMedia };
  if (maxMedia === null) return null;
  throw new ExpectedError('USAGE', '--max-media needs a query', {
    hint: 'select media with a query flag such as --all, --search, --tag, or --since',
  });
}

/** The same, but without flags the query selects all media. */
export function readListQuery(raw: RawQueryFlags): QueryFlags {
  const { search, type, tag, speaker, channel, since, until, maxMedia } = raw;
  return {
    search: search ?? null,
    type: type ?? null,
    tag: tag ?? null,
    speaker: speaker ?? null,
    channel: channel ?? null,
    since: since ?? null,
    until: until ?? null,
    maxMedia: maxMedia ?? null,
  };
}
