import type { Api } from '../api/client.ts';
import type { MediaItem } from '../api/media.ts';
import { collectPages, type Pages } from '../api/paging.ts';
import { ExpectedError, isExpectedError } from '../errors.ts';
import { eachAtOnce } from '../task-pool.ts';
import { checkMedia, type Filter } from './check-media.ts';
import type { MediaQuery } from './media-query.ts';

export interface FindMediaOptions {
  readonly api: Pick<Api, 'listMedia' | 'getMediaItem'>;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
  /** At most so many items; all of them unless given. */
  readonly limit?: number;
  /** More than so many are refused; null for no bound. */
  readonly maxMedia?: number | null;
  /** Text that is looked for without a check whether the service searches, for people who see the result. */
  readonly text?: string | null;
  /** `name` or `name:desc`. */
  readonly sort?: string | null;
}

/** Counted beyond `maxMedia` before the listing stops, so that a query with slightly more is refused with its count. */
const COUNTED_BEYOND = 500;
/** Media that are requested one by one at the same time, for their dates. */
const PARALLEL_REQUESTS = 8;

/**
 * Finds the media that a query selects, each once. What the service documents is for the service to filter; dates are
 * compared here. What cannot be known is an error and never an empty result.
 * @throws ExpectedError BAD_RESPONSE when the service ignores a filter, or no media item has a date that is needed;
 *   USAGE when there are more than `maxMedia`
 */
export async function findMedia(query: MediaQuery, options: FindMediaOptions): Promise<Pages<MediaItem>> {
  const { api, signal, warn, limit = Number.POSITIVE_INFINITY, maxMedia = null, text = null } = options;
  const { type, tag, speaker, channel } = query;
  const parameters = {
    text: query.search ?? text ?? undefined,
    type: type ?? undefined,
    tag: tag ?? undefined,
    speaker: speaker ?? undefined,
    channel: channel ?? undefined,
    sort: options.sort ?? undefined,
  };
  const check = checkMedia(query);
  const hasWindow = query.sinceMs !== null || query.untilMs !== null;
  const isUnfiltered =
    !hasWindow && Object.entries(parameters).every(([name, value]) => name === 'sort' || value === undefined);
  let total = 0;
  const found = await collectPages((page) => api.listMedia({ ...parameters, page }, signal), {
    // Dates are compared here, so a window needs all media.
    limit: hasWindow ? Number.POSITIVE_INFINITY : maxMedia === null ? limit : maxMedia + COUNTED_BEYOND,
    isWanted: check.isWanted,
    stopAfter(items, { totalItems }) {
      total = Math.max(total, totalItems ?? 0);
      if (maxMedia === null) return false;
      // With a filter, the total may be that of the whole library.
      if (isUnfiltered) return total > maxMedia;
      return (
        hasWindow &&
        items.filter(({ created }) => created !== null && isInWindow(created, query)).length >
          maxMedia + COUNTED_BEYOND
      );
    },
    warn,
  });
  await check.finish(async (change) => {
    try {
      const changed = { ...parameters, ...toParameters(change), page: 0 };
      return (await api.listMedia(changed, signal)).items.length > 0;
    } catch (error) {
      // A value that the service refuses is one that it checks.
      if (isExpectedError(error, 'BAD_RESPONSE') || isExpectedError(error, 'NOT_FOUND')) return false;
      throw error;
    }
  });
  if (maxMedia !== null && found.truncated) {
    throw tooMany(isUnfiltered && total > maxMedia ? total : null, maxMedia);
  }
  const wanted = hasWindow ? await chooseByDate(found.items, query, options) : found.items;
  if (maxMedia !== null && wanted.length > maxMedia) throw tooMany(wanted.length, maxMedia);
  const items = wanted.slice(0, limit);
  return { items, truncated: found.truncated || items.length < wanted.length };
}

function toParameters({ search, ...others }: Partial<Record<Filter, string>>) {
  return search === undefined ? others : { ...others, text: search };
}

/** The media of a window of time; those whose date nobody knows are in it as long as others have one. */
async function chooseByDate(
  media: readonly MediaItem[],
  query: MediaQuery,
  options: FindMediaOptions,
): Promise<readonly MediaItem[]> {
  if (media.length === 0) return media;
  const dated = await withDates(media, options);
  const undated = dated.filter(({ created }) => created === null).length;
  const flag = query.sinceMs === null ? '--until' : '--since';
  if (dated.length > 0 && undated === dated.length) {
    throw new ExpectedError('BAD_RESPONSE', `${flag}: no media item has a date`, {
      hint: `select without ${flag}; --only-new finds what is new without dates`,
    });
  }
  if (undated > 0) {
    options.warn(
      undated === 1
        ? 'one media item has no date and stays selected'
        : `${undated} media items have no date and stay selected`,
    );
  }
  return dated.filter(({ created }) => created === null || isInWindow(created, query));
}

function isInWindow(created: string, { sinceMs, untilMs }: MediaQuery): boolean {
  const createdMs = Date.parse(created);
  return createdMs >= (sinceMs ?? -Infinity) && createdMs <= (untilMs ?? Infinity);
}

/** A hit of a search may say less than the media item itself. What was deleted meanwhile is left out. */
async function withDates(
  media: readonly MediaItem[],
  { api, signal }: FindMediaOptions,
): Promise<readonly MediaItem[]> {
  const result: (MediaItem | null)[] = [...media];
  const undated = [...media.entries()].filter(([, { created }]) => created === null);
  await eachAtOnce(undated, PARALLEL_REQUESTS, async ([index, { id }]) => {
    try {
      const whole = await api.getMediaItem(id, signal);
      if (whole.created !== null) result[index] = { ...whole, id };
    } catch (error) {
      if (!isExpectedError(error, 'NOT_FOUND')) throw error;
      result[index] = null;
    }
  });
  return result.filter((medium) => medium !== null);
}

/** @param count null if it is unknown, because the listing stopped early */
function tooMany(count: number | null, maxMedia: number): ExpectedError {
  const matches = count === null ? `over ${maxMedia + COUNTED_BEYOND}` : String(count);
  return new ExpectedError(
    'USAGE',
    `the query matches ${matches} media items, more than --max-media ${maxMedia}`,
    { hint: `narrow the query, or allow them with --max-media ${count ?? 'N'}` },
  );
}
