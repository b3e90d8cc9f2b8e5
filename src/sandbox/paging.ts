import type { ActiveFaults } from './active-faults.ts';
import { refuseFields } from './refusal.ts';

const DEFAULT_PER_PAGE = 10;
const PER_PAGE_LIMIT = 50;

export interface PageOptions<Item> {
  readonly query: URLSearchParams;
  /** Spelled differently by the two kinds of lists (api.md). */
  readonly sizeParameter: 'perpage' | 'perPage';
  readonly faults: ActiveFaults;
  /** An item that exists nowhere, for the fault of endless pages. */
  readonly makeUp: (index: number) => Item;
}

/**
 * The page that a query asks for; pages count from 0, and one after the last is empty.
 * @throws Refusal 400 for a page or size that is no number in its bounds
 */
export function pageOf<Item>(items: readonly Item[], options: PageOptions<Item>): readonly Item[] {
  const { query, sizeParameter, faults, makeUp } = options;
  const fields: Record<string, string> = {};
  const read = (name: string, fallback: number, limits: { least: number; most: number }): number => {
    const text = query.get(name);
    if (text === null) return fallback;
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= limits.least && number <= limits.most) return number;
    fields[name] = `must be a whole number from ${limits.least} to ${limits.most}`;
    return fallback;
  };
  const page = read('page', 0, { least: 0, most: 999_999_999 });
  const perPage = read(sizeParameter, DEFAULT_PER_PAGE, { least: 1, most: PER_PAGE_LIMIT });
  refuseFields(fields);

  const start = (faults.find('page-ignored') === undefined ? page : 0) * perPage;
  if (faults.find('endless-pages') !== undefined) {
    return Array.from({ length: perPage }, (_, index) => items[start + index] ?? makeUp(start + index));
  }
  const short = faults.find('short-pages');
  if (short === undefined) return items.slice(start, start + perPage);
  const shortSize = Math.min(perPage, short.times === Infinity ? 1 : short.times);
  return items.slice(page * shortSize, (page + 1) * shortSize);
}

/** A list as `data`: an array, or an object that holds it. */
export function listData(items: readonly unknown[], faults: ActiveFaults): unknown {
  return faults.find('list-object') === undefined ? items : { items };
}
