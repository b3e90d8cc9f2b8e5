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

/** Which media a command works on, as flags say it. */
export interface QueryFlags extends Omit<MediaQuery, 'sinceMs' | 'untilMs'> {
  /** As it was written: what it means depends on the clock. */
  readonly since: string | null;
  readonly until: string | null;
  readonly maxMedia: number | null;
}

/** Those that `create`, `transcripts` and `media list` have in common. */
export function addQueryFlags(command: Command, { all }: { readonly all: string }): Command {
  return command
    .option('--search <text>', 'media that match this text', forFlag('--search', nonEmpty))
    .option('--type <type>', 'video, audio, image or document', forFlag('--type', oneOf(MEDIA_TYPES)))
    .option('--tag <tag>', 'only media with this tag', forFlag('--tag', nonEmpty))
    .option('--speaker <name>', 'only media with this speaker', forFlag('--speaker', nonEmpty))
    .option('--channel <id>', 'only media of this channel', forFlag('--channel', nonEmpty))
    .option('--since <when>', 'created since: 7d ago, or 2026-12-31', forFlag('--since', nonEmpty))
    .option('--until <when>', 'created until then, the whole day included', forFlag('--until', nonEmpty))
    .option('--all', all)
    .option(
      '--max-media <n>',
      'refuse to work on more media than this',
      forFlag('--max-media', (text) => parseCount(text, { least: 1, most: 1_000_000 })),
    );
}

/**
 * The query of a line; null when no flag selects media.
 * @throws ExpectedError USAGE for `--max-media` without a query
 */
export function readQueryFlags(raw: RawQueryFlags): QueryFlags | null {
  const { maxMedia, ...query } = readListQuery(raw);
  if (raw.all === true || Object.values(query).some((value) => value !== null)) return { ...query, maxMedia };
  if (maxMedia === null) return null;
  throw new ExpectedError('USAGE', '--max-media limits a query, which is missing', {
    hint: 'select media with --all, --search, --tag, --since or another query flag',
  });
}

/** The same where every media item is meant unless flags narrow that. */
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
