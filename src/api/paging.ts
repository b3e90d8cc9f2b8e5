import { ExpectedError } from '../errors.ts';
import { NoListError } from './list.ts';

/** Enough for half a million items; a service that continues beyond is paging in circles. */
const MAX_PAGES = 10_000;

export interface Pages<Item> {
  readonly items: readonly Item[];
  /** True when the limit ended the listing before the service did. */
  readonly truncated: boolean;
}

export interface PageOptions<Item> {
  readonly limit: number;
  readonly firstPage?: number;
  /** Items that it refuses are not part of the result and do not count towards the limit. */
  readonly isWanted?: (item: Item) => boolean;
}

/** Items of one page; `saysMore` when the service named a page after it. */
export type Page<Item> = readonly Item[] & { readonly saysMore?: true };

/**
 * Collects pages, counted from `firstPage`, until one is empty, brings no new ID or is not there; a page
 * that is merely short does not end the list. Items that move between pages are counted once.
 * @throws ExpectedError BAD_RESPONSE when the pages never end, or the service has more but sends the same again
 */
export async function collectPages<Item extends { readonly id: string }>(
  getPage: (page: number) => Promise<Page<Item>>,
  { limit, firstPage = 0, isWanted = () => true }: PageOptions<Item>,
): Promise<Pages<Item>> {
  const seen = new Set<string>();
  const items: Item[] = [];
  for (let page = firstPage; page < firstPage + MAX_PAGES; page += 1) {
    const sizeBefore = seen.size;
    const received = page === firstPage ? await getPage(page) : await getNextPage(getPage, page);
    for (const item of received) {
      if (seen.has(item.id)) continue;
      if (items.length >= limit && isWanted(item)) return { items, truncated: true };
      seen.add(item.id);
      if (isWanted(item)) items.push(item);
    }
    if (seen.size > sizeBefore) continue;
    if (received.length === 0 || received.saysMore !== true) return { items, truncated: false };
    if (items.length >= limit) return { items, truncated: true };
    throw new ExpectedError(
      'BAD_RESPONSE',
      `the service says that there are more than ${seen.size} items, but sends the same page again`,
    );
  }
  throw new ExpectedError(
    'BAD_RESPONSE',
    `the listing did not end after ${MAX_PAGES} pages and ${seen.size} items`,
  );
}

/** A service may refuse the page after the last instead of sending an empty one. */
async function getNextPage<Item>(
  getPage: (page: number) => Promise<Page<Item>>,
  page: number,
): Promise<Page<Item>> {
  try {
    return await getPage(page);
  } catch (error) {
    if (error instanceof NoListError) return [];
    const status = error instanceof ExpectedError ? error.details.httpStatus : undefined;
    if (status === 400 || status === 404 || status === 416) return [];
    throw error;
  }
}
