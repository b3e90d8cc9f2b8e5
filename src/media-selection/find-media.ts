import { type Api, MAX_PER_PAGE } from '../api/client.ts';
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
  /** Maximum number of items; all by default. */
  readonly limit?: number;
  /** Refuses more media than this; null for no limit. */
  readonly maxMedia?: number | null;
  /** Search text for results that a person reviews. Does not check whether the service applies it. */
  readonly text?: string | null;
  /** `name` or `name:desc`. */
  readonly sort?: string | null;
}

/** Counted beyond `maxMedia` before the listing stops, so that a query with slightly more is refused with its count. */
const COUNTED_BEYOND = 500;
/** Concurrent requests for single media items, to get their dates. */
const PARALLEL_REQUESTS = 8;

/**
 * Finds the media that a query selects, each once. The service applies its documented filters; dates are compared
 * locally. If the result cannot be determined, throws instead of returning an empty list.
 * @throws ExpectedError BAD_RESPONSE if the service ignores a filter, or no media item has a required date;
 *   USAGE for more than `maxMedia`
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
    pageSize: MAX_PER_PAGE,
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
      // A service that rejects the value checks it.
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

/** The media created in a time range. Items without a date are included, unless no item has one. */
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

/** Search results may lack fields of the media item. Items deleted in the meantime are skipped. */
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
