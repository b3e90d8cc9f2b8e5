import { type ListPlace, shapeList } from '../dialect/shape-list.ts';
import type { Traits } from '../dialect/traits.ts';
import type { ActiveFaults } from '../faults/active-faults.ts';
import { Refusal, refuseFields } from '../server/refusal.ts';
import type { SandboxResponse } from '../state/api-call.ts';
import type { SandboxState } from '../state/sandbox-state.ts';

const DEFAULT_PER_PAGE = 10;
const PER_PAGE_LIMIT = 50;
/** Number of items that the next page repeats, in some dialects. */
const OVERLAP = 2;

export interface PageOptions<Item> {
  readonly query: URLSearchParams;
  /** The two kinds of lists use different names. */
  readonly sizeParameter: 'perpage' | 'perPage';
  readonly faults: ActiveFaults;
  readonly traits: Traits;
  /** An item that does not exist, for the fault of endless pages. */
  readonly makeUp: (index: number) => Item;
}

export interface ListedPage<Item> {
  readonly items: readonly Item[];
  readonly page: number;
  readonly totalCount: number;
}

/**
 * The requested page; pages count from 0, and pages after the last are empty.
 * @throws Refusal 400 for an invalid page or size
 */
export function pageOf<Item>(all: readonly Item[], options: PageOptions<Item>): ListedPage<Item> {
  const { query, sizeParameter, faults, traits, makeUp } = options;
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
  const perPage = dialectSize(
    read(sizeParameter, DEFAULT_PER_PAGE, { least: 1, most: PER_PAGE_LIMIT }),
    traits,
  );
  refuseFields(fields);

  const listed = (items: readonly Item[]) => ({ items, page, totalCount: all.length });
  const short = faults.find('short-pages');
  if (short !== undefined) {
    const shortSize = Math.min(perPage, short.times === Infinity ? 1 : short.times);
    return listed(all.slice(page * shortSize, (page + 1) * shortSize));
  }
  const index = traits.pages === 'from-1' ? Math.max(0, page - 1) : page;
  const start = (faults.find('page-ignored') === undefined ? index : 0) * pageStep(perPage, traits);
  if (faults.find('endless-pages') !== undefined) {
    return listed(Array.from({ length: perPage }, (_, index) => all[start + index] ?? makeUp(start + index)));
  }
  return listed(all.slice(start, start + perPage));
}

function dialectSize(perPage: number, { pages }: Traits): number {
  if (pages === 'size-ignored') return DEFAULT_PER_PAGE;
  if (pages === 'capped') return Math.min(perPage, DEFAULT_PER_PAGE);
  // Fewer than requested, although more follow.
  return pages === 'short' ? Math.max(1, perPage - 3) : perPage;
}

function pageStep(perPage: number, { pages }: Traits): number {
  return pages === 'overlapping' ? Math.max(1, perPage - OVERLAP) : perPage;
}

/** The response with a page: an array as `data`, or the form of a fault or dialect. */
export function listResponse(
  { items, page, totalCount }: ListedPage<unknown>,
  kind: ListPlace['kind'],
  { faults, traits }: Pick<SandboxState, 'faults' | 'traits'>,
): SandboxResponse {
  const pastEnd = traits['past-end'];
  if (items.length === 0 && page > 0 && pastEnd !== 'empty') {
    if (pastEnd === '204') return { status: 204, text: '', mimeType: 'application/json' };
    if (pastEnd === 'empty-body') return { status: 200, text: '', mimeType: 'application/json' };
    throw new Refusal(Number(pastEnd), 'no such page');
  }
  if (faults.find('list-object') !== undefined) return { status: 200, data: { items } };
  return { status: 200, ...shapeList(items, { kind, page, totalCount }, traits) };
}
