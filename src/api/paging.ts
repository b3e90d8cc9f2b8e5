import { ExpectedError, isExpectedError } from '../errors.ts';
import { NoListError } from './list.ts';
import type { PageClaims } from './page-end.ts';

/** Enough for half a million items. More means that the pages repeat. */
const MAX_PAGES = 10_000;

/** The documented page size. A service that limits the requested size rarely uses less. */
const LEAST_FULL = 10;

export interface Pages<Item> {
  readonly items: readonly Item[];
  /** True when the limit ended the listing before the service did. */
  readonly truncated: boolean;
}

export interface PageOptions<Item> {
  readonly limit: number;
  readonly firstPage?: number;
  /** The requested page size; default more than ten. */
  readonly pageSize?: number;
  /** Filters items before the limit applies. */
  readonly isWanted?: (item: Item) => boolean;
  /** Ends the listing after a page as the limit does. Called with all wanted items so far, and the page. */
  readonly stopAfter?: (items: readonly Item[], page: Page<Item>) => boolean;
  /** Called if the list ends before all reported items are received. */
  readonly warn?: (message: string) => void;
}

/** One page of a list, and the response's claims about the other pages. */
export interface Page<Item> extends Partial<PageClaims> {
  readonly items: readonly Item[];
  /** The number of items skipped because they have no ID. */
  readonly skippedEntries?: number;
}

/** The totals of all pages. */
interface Tally {
  items: number;
  pages: number;
  /** Pages with only items of other pages. */
  repeated: number;
  totalItems: number;
  totalPages: number;
}

/**
 * Collects pages, counted from `firstPage`, until one is empty, missing, or has no new ID. A short page does not end
 * the list. Items that move between pages are counted once. One full page can repeat: a service that counts from 1
 * sends the same page for 0 and 1.
 * @throws ExpectedError BAD_RESPONSE if the pages never end, or a page repeats although the service has more
 */
export async function collectPages<Item extends { readonly id: string }>(
  getPage: (page: number) => Promise<Page<Item>>,
  {
    limit,
    firstPage = 0,
    pageSize = LEAST_FULL,
    isWanted = () => true,
    stopAfter = () => false,
    warn,
  }: PageOptions<Item>,
): Promise<Pages<Item>> {
  const seen = new Set<string>();
  const items: Item[] = [];
  const tally: Tally = { items: 0, pages: 0, repeated: 0, totalItems: 0, totalPages: 0 };
  for (let page = firstPage; page < firstPage + MAX_PAGES; page += 1) {
    const sizeBefore = seen.size;
    const received = page === firstPage ? await getPage(page) : await getNextPage(getPage, page);
    for (const item of received.items) {
      if (seen.has(item.id)) continue;
      if (items.length >= limit && isWanted(item)) return { items, truncated: true };
      seen.add(item.id);
      if (isWanted(item)) items.push(item);
    }
    if (stopAfter(items, received)) return { items, truncated: true };
    count(received, seen.size - sizeBefore, tally);
    if (seen.size > sizeBefore) continue;
    if (received.items.length === 0) {
      if (firstPage === 0 && hasMore(tally)) warn?.(`incomplete list: received ${inWords(tally)}`);
      return { items, truncated: false };
    }
    if (isComplete(tally)) return { items, truncated: false };
    if (tally.repeated === 1 && received.items.length >= Math.min(pageSize, LEAST_FULL)) continue;
    if (received.reportsMore !== true && !hasMore(tally)) {
      // A service that ignores the page number sends the first page for each.
      if (tally.pages === 1 && tally.repeated > 1 && received.items.length === pageSize) {
        warn?.(
          `the list can be incomplete: the service sends the same ${received.items.length} items for each page`,
        );
      }
      return { items, truncated: false };
    }
    if (items.length >= limit) return { items, truncated: true };
    throw new ExpectedError(
      'BAD_RESPONSE',
      `the service repeats a page instead of sending more items: received ${inWords(tally)}`,
    );
  }
  throw new ExpectedError(
    'BAD_RESPONSE',
    `the list does not end after ${MAX_PAGES} pages and ${seen.size} items`,
  );
}

function count<Item>(received: Page<Item>, newItems: number, tally: Tally): void {
  if (newItems > 0) {
    tally.items += newItems + (received.skippedEntries ?? 0);
    tally.pages += 1;
  } else tally.repeated += 1;
  tally.totalItems = Math.max(tally.totalItems, received.totalItems ?? 0);
  tally.totalPages = Math.max(tally.totalPages, received.totalPages ?? 0);
}

/** Whether all reported items are received. */
function isComplete({ items, totalItems }: Tally): boolean {
  return totalItems > 0 && items >= totalItems;
}

/** Whether the service reports more items, or more pages if it does not count items. */
function hasMore({ items, pages, totalItems, totalPages }: Tally): boolean {
  return totalItems > 0 ? items < totalItems : pages < totalPages;
}

function inWords({ items, pages, totalItems, totalPages }: Tally): string {
  if (totalItems > 0) return `${items} of ${totalItems} items`;
  return totalPages > 0 ? `${pages} of ${totalPages} pages` : `${items} items`;
}

/** Some services refuse the page after the last instead of sending an empty one. */
async function getNextPage<Item>(
  getPage: (page: number) => Promise<Page<Item>>,
  page: number,
): Promise<Page<Item>> {
  try {
    return await getPage(page);
  } catch (error) {
    if (error instanceof NoListError || isExpectedError(error, 'NOT_FOUND')) return { items: [] };
    const status = error instanceof ExpectedError ? error.details.httpStatus : undefined;
    if (status === 400 || status === 416) return { items: [] };
    throw error;
  }
}
