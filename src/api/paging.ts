import { ExpectedError } from '../errors.ts';

/** Enough for half a million things; a service that goes on beyond is paging in circles. */
const MAX_PAGES = 10_000;

export interface Pages<Item> {
  readonly items: readonly Item[];
  /** True when the limit ended the listing before the service did. */
  readonly truncated: boolean;
}

/**
 * Collects pages, counted from `firstPage`, until one is empty or brings no new id; a page that is
 * merely short does not end it (api.md, rule 4). Things that move between pages are taken once.
 * @throws ExpectedError BAD_RESPONSE when the pages never end
 */
export async function collectPages<Item extends { readonly id: string }>(
  getPage: (page: number) => Promise<readonly Item[]>,
  { limit, firstPage = 0 }: { limit: number; firstPage?: number },
): Promise<Pages<Item>> {
  const byId = new Map<string, Item>();
  for (let page = firstPage; page < firstPage + MAX_PAGES; page += 1) {
    const sizeBefore = byId.size;
    for (const item of await getPage(page)) {
      if (byId.has(item.id)) continue;
      if (byId.size >= limit) return { items: [...byId.values()], truncated: true };
      byId.set(item.id, item);
    }
    if (byId.size === sizeBefore) return { items: [...byId.values()], truncated: false };
  }
  throw new ExpectedError(
    'BAD_RESPONSE',
    `the listing did not end after ${MAX_PAGES} pages and ${byId.size} items`,
  );
}
