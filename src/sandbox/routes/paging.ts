import { type ListPlace, shapeList } from '../dialect/shape-list.ts';
import type { Traits } from '../dialect/traits.ts';
import { Refusal, refuseFields } from '../server/refusal.ts';
import type { SandboxResponse } from '../state/api-call.ts';
import type { SandboxState } from '../state/sandbox-state.ts';

const DEFAULT_PER_PAGE = 10;
const PER_PAGE_LIMIT = 50;
/** Number of items that the next page repeats, in some dialects. */
const OVERLAP = 2;

export interface PageOptions {
  readonly query: URLSearchParams;
  /** The two kinds of lists use different names. */
  readonly sizeParameter: 'perpage' | 'perPage';
  readonly traits: Traits;
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
export function pageOf<Item>(all: readonly Item[], options: PageOptions): ListedPage<Item> {
  const { query, sizeParameter, traits } = options;
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

  const index = traits.pages === 'from-1' ? Math.max(0, page - 1) : page;
  const start = index * pageStep(perPage, traits);
  return { items: all.slice(start, start + perPage), page, totalCount: all.length };
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

/** The response with a page: an array as `data`, or the form of the dialect. */
export function listResponse(
  { items, page, totalCount }: ListedPage<unknown>,
  kind: ListPlace['kind'],
  { traits }: Pick<SandboxState, 'traits'>,
): SandboxResponse {
  const pastEnd = traits['past-end'];
  if (items.length === 0 && page > 0 && pastEnd !== 'empty') {
    if (pastEnd === '204') return { status: 204, text: '', mimeType: 'application/json' };
    if (pastEnd === 'empty-body') return { status: 200, text: '', mimeType: 'application/json' };
    throw new Refusal(Number(pastEnd), 'no such page');
  }
  return { status: 200, ...shapeList(items, { kind, page, totalCount }, traits) };
}
