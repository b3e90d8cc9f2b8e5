import type { ListQuestion } from './prompts.ts';

/** A searchable list as it is now; pure, without a terminal. */
export interface ListState<Item> {
  /** What is searched for. */
  readonly text: string;
  /** What was found so far; until the first page of a new search is there, what the last one found. */
  readonly items: readonly Item[];
  /** Ids that the pages of this search held. */
  readonly seen: ReadonlySet<string>;
  /** How many pages of this search are there. */
  readonly loadedPages: number;
  /** No page brings anything new any more. */
  readonly isComplete: boolean;
  /** Why the next page could not be loaded. */
  readonly failure: string | null;
  /** Counts the attempts after a failure. */
  readonly attempt: number;
  /** Index of the row under the pointer. */
  readonly active: number;
  /** By id, in the order of choosing; it survives further searches. */
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
    attempt: 0,
    active: 0,
    chosen: new Map(chosen.map((item) => [idOf(item), item])),
  };
  return items === null ? empty : { ...addPage(empty, items, question), isComplete: true };
}

/** Whether a page is needed to show the rows before `end`, and to know whether more follow. */
export function needsPage(
  { items, loadedPages, isComplete, failure }: ListState<unknown>,
  end: number,
): boolean {
  return !isComplete && failure === null && (loadedPages === 0 || end >= items.length);
}

/** What is shown is the answer to another question; nobody means these rows who types and chooses at once. */
export function isStale({ loadedPages }: ListState<unknown>): boolean {
  return loadedPages === 0;
}

/** Searches for something else. */
export function searchFor<Item>(state: ListState<Item>, text: string): ListState<Item> {
  if (text === state.text) return state;
  return {
    ...state,
    text,
    seen: new Set(),
    loadedPages: 0,
    isComplete: false,
    failure: null,
    attempt: 0,
  };
}

/**
 * A page has arrived. Where there is a search but no text, what is chosen already stands on top, so
 * that it can be seen and taken back. What moves between pages is shown once.
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
  return {
    ...state,
    items,
    seen,
    loadedPages: state.loadedPages + 1,
    // Only the second may repeat what is there: a service that counts from 1 answers 0 and 1 alike.
    isComplete: seen.size === state.seen.size && (page.length === 0 || state.loadedPages > 1),
    active: isFirst ? Math.max(0, start) : state.active,
  };
}

export function failToLoad<Item>(state: ListState<Item>, failure: string): ListState<Item> {
  return { ...state, failure };
}

export function tryAgain<Item>(state: ListState<Item>): ListState<Item> {
  return { ...state, failure: null, attempt: state.attempt + 1 };
}

/** Moves the pointer by some rows; it stops at the ends. */
export function moveBy<Item>(state: ListState<Item>, rows: number): ListState<Item> {
  const last = Math.max(0, state.items.length - 1);
  return { ...state, active: Math.min(last, Math.max(0, state.active + rows)) };
}

/** Takes the item into the choice, or out of it. */
export function toggle<Item>(state: ListState<Item>, item: Item, idOf: IdOf<Item>): ListState<Item> {
  const chosen = new Map(state.chosen);
  if (!chosen.delete(idOf(item))) chosen.set(idOf(item), item);
  return { ...state, chosen };
}

/** Takes all that was found into the choice, or out of it when all of it is in. */
export function toggleAll<Item>(state: ListState<Item>, idOf: IdOf<Item>): ListState<Item> {
  const isAll = state.items.every((item) => state.chosen.has(idOf(item)));
  const chosen = new Map(state.chosen);
  for (const item of state.items) {
    if (isAll) chosen.delete(idOf(item));
    else chosen.set(idOf(item), item);
  }
  return { ...state, chosen };
}

/** The first visible row: moved no further than the pointer needs, and never beyond what is there. */
export function scrollTo(
  top: number,
  { active, rows, total }: { readonly active: number; readonly rows: number; readonly total: number },
): number {
  const needed = Math.min(active, Math.max(top, active - rows + 1));
  return Math.max(0, Math.min(needed, total - rows));
}
