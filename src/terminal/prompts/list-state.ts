import type { ListQuestion } from './prompts.ts';

/** The state of a searchable list; pure, without a terminal. */
export interface ListState<Item> {
  /** The search text. */
  readonly text: string;
  /** The matches loaded so far; until the first page of a new search arrives, those of the previous one. */
  readonly items: readonly Item[];
  /** IDs on the pages of this search. */
  readonly seen: ReadonlySet<string>;
  /** Number of loaded pages of this search. */
  readonly loadedPages: number;
  /** The last page had no new items. */
  readonly isComplete: boolean;
  /** Why the next page could not be loaded. */
  readonly failure: string | null;
  /** Why loading takes longer than usual, while it continues. */
  readonly delay: string | null;
  /** Loads all matches, then selects them. */
  readonly isSelectingAll: boolean;
  /** Number of retries after a failure. */
  readonly attempt: number;
  /** Index of the row under the pointer. */
  readonly active: number;
  /** By ID, in the order of selection; further searches keep it. */
  readonly chosen: ReadonlyMap<string, Item>;
}

type IdOf<Item> = (item: Item) => string;

export function startList<Item>(question: ListQuestion<Item>): ListState<Item> {
  const { chosen, idOf, items } = question;
  const empty: ListState<Item> = {
    text: '',
    items: [],
    seen: new Set(),
    loadedPages: 0,
    isComplete: false,
    failure: null,
    delay: null,
    isSelectingAll: false,
    attempt: 0,
    active: 0,
    chosen: new Map(chosen.map((item) => [idOf(item), item])),
  };
  return items === null ? empty : { ...addPage(empty, items, question), isComplete: true };
}

/** Whether the next page is needed to show the rows before `end`, and to know whether more follow. */
export function needsPage(
  { items, loadedPages, isComplete, failure, isSelectingAll }: ListState<unknown>,
  end: number,
): boolean {
  if (isComplete || failure !== null) return false;
  return isSelectingAll || loadedPages === 0 || end >= items.length;
}

/** The rows are matches of an earlier search; keys typed ahead do not refer to them. */
export function isStale({ loadedPages }: ListState<unknown>): boolean {
  return loadedPages === 0;
}

/** Starts another search. */
export function searchFor<Item>(state: ListState<Item>, text: string): ListState<Item> {
  if (text === state.text) return state;
  return {
    ...state,
    text,
    seen: new Set(),
    loadedPages: 0,
    isComplete: false,
    failure: null,
    delay: null,
    isSelectingAll: false,
    attempt: 0,
  };
}

/**
 * Adds a page. A searchable list without a search text shows the selected items at the top, where they can
 * be deselected. An item that moves between pages is shown once.
 */
export function addPage<Item>(
  state: ListState<Item>,
  page: readonly Item[],
  { idOf, hasSearch, isMultiple }: ListQuestion<Item>,
): ListState<Item> {
  const isFirst = state.loadedPages === 0;
  const pinned = hasSearch && state.text === '' ? [...state.chosen.values()] : [];
  const before = isFirst ? pinned : state.items;
  const shown = new Set(before.map(idOf));
  const items = [...before, ...page.filter((item) => !shown.has(idOf(item)) && shown.add(idOf(item)))];
  const seen = new Set([...state.seen, ...page.map(idOf)]);
  const start = isMultiple ? 0 : items.findIndex((item) => state.chosen.has(idOf(item)));
  const next: ListState<Item> = {
    ...state,
    items,
    seen,
    delay: null,
    loadedPages: state.loadedPages + 1,
    // Only the second page may repeat the first: a service that counts from 1 returns the same page for 0 and 1.
    isComplete: seen.size === state.seen.size && (page.length === 0 || state.loadedPages > 1),
    active: isFirst ? Math.max(0, start) : state.active,
  };
  return next.isComplete && next.isSelectingAll ? selectAll(next, idOf) : next;
}

export function failToLoad<Item>(state: ListState<Item>, failure: string): ListState<Item> {
  return { ...state, failure, delay: null, isSelectingAll: false };
}

/** Whether the key to retry is offered, which then cannot be typed. */
export function canRetry({ failure, delay }: ListState<unknown>): boolean {
  return failure !== null || delay !== null;
}

/** Reports that loading takes longer than usual. */
export function delayLoading<Item>(state: ListState<Item>, delay: string): ListState<Item> {
  return { ...state, delay };
}

export function tryAgain<Item>(state: ListState<Item>): ListState<Item> {
  return { ...state, failure: null, delay: null, attempt: state.attempt + 1 };
}

/** Moves the pointer by a number of rows; it stops at the ends. */
export function moveBy<Item>(state: ListState<Item>, rows: number): ListState<Item> {
  const last = Math.max(0, state.items.length - 1);
  return { ...state, active: Math.min(last, Math.max(0, state.active + rows)) };
}

/** Selects the item, or deselects it. */
export function toggle<Item>(state: ListState<Item>, item: Item, idOf: IdOf<Item>): ListState<Item> {
  const chosen = new Map(state.chosen);
  if (!chosen.delete(idOf(item))) chosen.set(idOf(item), item);
  return { ...state, chosen };
}

/**
 * Selects all matches, or deselects them if all are selected. Matches on pages that are not loaded yet are
 * loaded first; calling it again cancels that.
 */
export function toggleAll<Item>(state: ListState<Item>, idOf: IdOf<Item>): ListState<Item> {
  if (!state.isComplete) return { ...state, isSelectingAll: !state.isSelectingAll };
  const isAll = state.items.every((item) => state.chosen.has(idOf(item)));
  if (!isAll) return selectAll(state, idOf);
  const chosen = new Map(state.chosen);
  for (const item of state.items) chosen.delete(idOf(item));
  return { ...state, chosen };
}

function selectAll<Item>(state: ListState<Item>, idOf: IdOf<Item>): ListState<Item> {
  const chosen = new Map(state.chosen);
  for (const item of state.items) chosen.set(idOf(item), item);
  return { ...state, chosen, isSelectingAll: false };
}

/** The first visible row: scrolled no further than the pointer requires, and never past the end. */
export function scrollTo(
  top: number,
  { active, rows, total }: { readonly active: number; readonly rows: number; readonly total: number },
): number {
  const needed = Math.min(active, Math.max(top, active - rows + 1));
  return Math.max(0, Math.min(needed, total - rows));
}
