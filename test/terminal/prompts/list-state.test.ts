import { expect, test } from 'vitest';
import {
  addPage,
  canRetry,
  delayLoading,
  failToLoad,
  isStale,
  type ListState,
  moveBy,
  needsPage,
  scrollTo,
  searchFor,
  startList,
  toggle,
  toggleAll,
  tryAgain,
} from '../../../src/terminal/prompts/list-state.ts';
import type { ListQuestion } from '../../../src/terminal/prompts/prompts.ts';

const idOf = (item: string) => item;

function questionOf(fields: Partial<ListQuestion<string>> = {}): ListQuestion<string> {
  return {
    message: 'Which?',
    notes: [],
    chosen: [],
    items: null,
    idOf,
    hasSearch: true,
    isMultiple: true,
    isRequired: true,
    canGoBack: false,
    columns: [],
    emptyText: 'None',
    load: async () => [],
    ...fields,
  };
}

const start = (fields: Partial<ListQuestion<string>> = {}) => startList(questionOf(fields));
const add = (state: ListState<string>, page: readonly string[], fields: Partial<ListQuestion<string>> = {}) =>
  addPage(state, page, questionOf(fields));

test('starts complete with known items, and empty if they must be loaded', () => {
  expect(start({ items: ['a', 'b'] })).toMatchObject({
    items: ['a', 'b'],
    isComplete: true,
    loadedPages: 1,
    active: 0,
  });
  expect(start()).toMatchObject({
    text: '',
    items: [],
    loadedPages: 0,
    isComplete: false,
    failure: null,
    delay: null,
    isSelectingAll: false,
    attempt: 0,
    active: 0,
  });
  expect([isStale(start()), isStale(add(start(), []))]).toEqual([true, false]);
});

test('adds new items of a page after the chosen ones', () => {
  const first = add(start({ chosen: ['x'] }), ['a', 'x']);
  expect(first).toMatchObject({ items: ['x', 'a'], loadedPages: 1, isComplete: false });
  expect(add(first, ['a', 'b'])).toMatchObject({ items: ['x', 'a', 'b'], loadedPages: 2, isComplete: false });
  expect(add(start({ chosen: ['x'] }), ['a'], { hasSearch: false }).items).toEqual(['a']);
  expect(add(searchFor(start({ chosen: ['x'] }), 'words'), ['a']).items).toEqual(['a']);
  expect(add(start(), ['a', 'a', 'b']).items).toEqual(['a', 'b']);
});

test('ends with an empty page, or one without new items from the third page on', () => {
  const first = add(start(), ['a']);
  expect(add(first, []).isComplete).toBe(true);
  expect(add(start(), []).isComplete).toBe(true);
  const second = add(first, ['a']);
  expect([second.isComplete, add(second, ['a']).isComplete, add(second, ['b']).isComplete]).toEqual([
    false,
    true,
    false,
  ]);
});

test('starts the pointer of a single choice at the chosen item', () => {
  const fields = { isMultiple: false, hasSearch: false, chosen: ['b'] };
  expect(add(start(fields), ['a', 'b'], fields).active).toBe(1);
  expect(add(start({ ...fields, chosen: ['z'] }), ['a', 'b'], fields).active).toBe(0);
  const moved = moveBy(add(start(fields), ['a', 'b', 'c'], fields), 1);
  expect(add(moved, ['d'], fields).active).toBe(2);
});

test.each<[Partial<ListState<string>>, number, boolean]>([
  [{}, 0, true],
  [{ isComplete: true }, 9, false],
  [{ failure: 'x' }, 9, false],
  [{ loadedPages: 1, items: ['a', 'b'] }, 1, false],
  [{ loadedPages: 1, items: ['a', 'b'] }, 2, true],
  [{ loadedPages: 1, items: ['a', 'b'], isSelectingAll: true }, 0, true],
])('%j needs another page for %i rows: %j', (changed, end, isNeeded) => {
  expect(needsPage({ ...start(), ...changed }, end)).toBe(isNeeded);
});

test('starts over with a new search, but not with the same one', () => {
  const state = {
    ...add(start(), ['a']),
    failure: 'x',
    delay: 'y',
    isSelectingAll: true,
    attempt: 3,
    isComplete: true,
  };
  expect(searchFor(state, '')).toBe(state);
  const other = searchFor(state, 'words');
  expect(other).toMatchObject({
    text: 'words',
    items: ['a'],
    loadedPages: 0,
    isComplete: false,
    failure: null,
    delay: null,
    isSelectingAll: false,
    attempt: 0,
  });
  expect(other.seen.size).toBe(0);
});

test('can be retried after a delay or a failure', () => {
  const state = { ...start(), isSelectingAll: true };
  expect(canRetry(state)).toBe(false);
  const slow = delayLoading(state, 'slow');
  expect([slow.delay, canRetry(slow)]).toEqual(['slow', true]);
  const failed = failToLoad(slow, 'reset');
  expect(failed).toMatchObject({ failure: 'reset', delay: null, isSelectingAll: false });
  expect(canRetry(failed)).toBe(true);
  expect(tryAgain({ ...failed, delay: 'y' })).toMatchObject({ failure: null, delay: null, attempt: 1 });
  expect(add(slow, ['a']).delay).toBeNull();
});

test('stops the pointer at both ends', () => {
  const state = add(start(), ['a', 'b', 'c']);
  expect([-1, 1, 2, 3, 99].map((rows) => moveBy(state, rows).active)).toEqual([0, 1, 2, 2, 2]);
  expect(moveBy(start(), 5).active).toBe(0);
});

test('toggles one item or all items', () => {
  const state = add(start(), ['a', 'b']);
  const one = toggle(state, 'b', idOf);
  expect([...one.chosen.keys()]).toEqual(['b']);
  expect([...toggle(one, 'b', idOf).chosen.keys()]).toEqual([]);
  expect(state.chosen.size).toBe(0);
  // The remaining items are loaded first, unless it is toggled again.
  const selecting = toggleAll(one, idOf);
  expect([selecting.isSelectingAll, toggleAll(selecting, idOf).isSelectingAll]).toEqual([true, false]);
  const all = add(selecting, []);
  expect([[...all.chosen.keys()], all.isSelectingAll]).toEqual([['b', 'a'], false]);
  expect([...toggleAll(all, idOf).chosen.keys()]).toEqual([]);
  expect([...toggleAll(toggle(all, 'a', idOf), idOf).chosen.keys()]).toEqual(['b', 'a']);
  expect(add({ ...state, isSelectingAll: false }, []).chosen.size).toBe(0);
});

test.each([
  [0, { active: 0, rows: 3, total: 10 }, 0],
  [0, { active: 2, rows: 3, total: 10 }, 0],
  [0, { active: 3, rows: 3, total: 10 }, 1],
  [5, { active: 4, rows: 3, total: 10 }, 4],
  [5, { active: 5, rows: 3, total: 10 }, 5],
  [9, { active: 9, rows: 3, total: 10 }, 7],
  [2, { active: 0, rows: 3, total: 2 }, 0],
])('scrolls from row %i with %j to %i', (top, view, wanted) => {
  expect(scrollTo(top, view)).toBe(wanted);
});
