import { describe, expect, test } from 'vitest';
import {
  addPage,
  delayLoading,
  failToLoad,
  type ListState,
  moveBy,
  searchFor,
  startList,
  toggle,
} from '../../../src/terminal/prompts/list-state.ts';
import { drawList, type ListFrame, statusParts } from '../../../src/terminal/prompts/list-view.ts';
import type { ListQuestion } from '../../../src/terminal/prompts/prompts.ts';
import { chooseGlyphs } from '../../../src/terminal/text/glyphs.ts';
import { createStyle, type Style } from '../../../src/terminal/text/style.ts';
import { searchQuestion } from './prompt-scene.ts';

const QUESTION = searchQuestion(() => Promise.resolve([]));
const NAMES = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'];
const idOf = (name: string) => name;
const glyphs = chooseGlyphs({ LANG: 'C.UTF-8' }, 'linux');
const plain: ListFrame = {
  width: 60,
  height: 24,
  top: 0,
  columnWidths: [],
  style: createStyle(false),
  glyphs,
};

/** Colors as words. */
const named: Style = Object.fromEntries(
  Object.keys(createStyle(false)).map((color) => [color, (text: string) => `<${color} ${text}>`]),
) as never;

function listOf(items: readonly string[], question: ListQuestion<string> = QUESTION): ListState<string> {
  return addPage(startList(question), items, question);
}

/** The lines of the list, starting with the prompt. */
function linesOf(
  state: ListState<string>,
  question: Partial<ListQuestion<string>> = {},
  frame: Partial<ListFrame> = {},
): readonly string[] {
  const { prompt, below } = drawList(state, { ...QUESTION, ...question }, { ...plain, ...frame });
  return [prompt, ...below.split('\n')];
}

describe('a rendered list', () => {
  const complete = addPage(listOf(['alpha', 'beta']), [], QUESTION);

  test('shows the question, rows, status, and keys', () => {
    expect(linesOf(toggle(complete, 'beta', idOf))).toEqual([
      '? Letters: ',
      '❯ [ ] alpha',
      '  [x] beta',
      '1 selected · 2 found',
      'type to search · ↑↓ move · Tab select · Ctrl-A all',
      'Enter continue · Esc clear · Ctrl-C cancel',
    ]);
  });

  test('colors the current row, selected rows, status, and keys', () => {
    const chosen = toggle(toggle(complete, 'alpha', idOf), 'beta', idOf);
    expect(linesOf(chosen, {}, { style: named, width: 200 })).toEqual([
      '<cyan ?> <bold Letters>: ',
      '<cyan ❯ [x] alpha>',
      '  <green [x] >beta',
      '<bold 2 selected · 2 found>',
      '<dim type to search · ↑↓ move · Tab select · Ctrl-A all · Enter continue · Esc clear · Ctrl-C cancel>',
    ]);
  });

  test.each<[string, Partial<ListQuestion<string>>, string, string]>([
    ['one item', { isMultiple: false, hasSearch: false }, '? Letters\x1b[?25l', '❯ alpha'],
    ['several items', { hasSearch: false }, '? Letters\x1b[?25l', '❯ [ ] alpha'],
    ['one item of a search', { isMultiple: false }, '? Letters: ', '❯ alpha'],
  ])('shows %s', (_name, question, prompt, row) => {
    expect(linesOf(complete, question).slice(0, 2)).toEqual([prompt, row]);
  });

  test.each<[Partial<ListQuestion<string>>, string]>([
    [{ isMultiple: false, hasSearch: false }, '↑↓ move · Enter select · Ctrl-C cancel'],
    [{ isMultiple: false }, 'type to search · ↑↓ move · Enter select · Esc clear · Ctrl-C cancel'],
    [
      { hasSearch: false, canGoBack: true },
      '↑↓ move · Tab/Space select · Ctrl-A all · Enter select · Esc back · Ctrl-C cancel',
    ],
    [
      { hasSearch: false, isRequired: false },
      '↑↓ move · Tab/Space select · Ctrl-A all · Enter continue · Ctrl-C cancel',
    ],
  ])('%j shows the keys %s', (question, keys) => {
    expect(linesOf(complete, question, { width: 200 }).at(-1)).toBe(keys);
  });

  test('shows a failure in red, a delay in yellow, and the retry key', () => {
    const frame = { style: named, width: 200 };
    const failed = linesOf(failToLoad(startList(QUESTION), 'reset\x07'), {}, frame);
    expect(failed.slice(1)).toEqual([
      '<red Cannot load the list: reset\\x07>',
      '<bold none selected>',
      expect.stringMatching(/^<dim r retry · type to search · /),
    ]);
    const late = linesOf(delayLoading(startList(QUESTION), 'no response'), {}, frame);
    expect(late.slice(1)).toEqual([
      '<yellow Still loading: no response>',
      '<bold none selected · loading…>',
      expect.stringMatching(/^<dim r retry · /),
    ]);
    // Never shortened.
    const long = linesOf(failToLoad(startList(QUESTION), 'word '.repeat(20).trim()), {}, { width: 30 });
    expect(long.slice(1, 6).join(' ')).toBe(`Cannot load the list: ${'word '.repeat(20).trim()}`);
  });

  test('shows that nothing matches', () => {
    const none = addPage(startList(QUESTION), [], QUESTION);
    expect(linesOf(none)[1]).toBe('  nothing');
    expect(linesOf(addPage(searchFor(none, 'x\x07'), [], QUESTION))[1]).toBe('  nothing match "x\\x07"');
    expect(linesOf(none, {}, { width: 8 })[1]).toBe('  nothi…');
    // Only after everything is loaded.
    expect(linesOf(startList(QUESTION)).slice(1, 3)).toEqual([
      'none selected · loading…',
      expect.any(String),
    ]);
  });

  test('fits the rows to the height, up to 20', () => {
    const many = listOf(Array.from({ length: 40 }, (_, index) => `item ${index}`));
    const rowsAt = (height: number, width = 200) =>
      drawList(many, QUESTION, { ...plain, width, height }).rows;
    expect([100, 24, 23, 10, 7, 6, 1].map((height) => rowsAt(height))).toEqual([20, 20, 19, 6, 3, 3, 3]);
    expect(rowsAt(20, 60)).toBe(15);
    expect(linesOf(many, {}, { height: 10, width: 200 }).slice(1, 7)).toEqual([
      '❯ [ ] item 0',
      ...[1, 2, 3, 4, 5].map((index) => `  [ ] item ${index}`),
    ]);
  });

  test('scrolls to the current row, and keeps column widths', () => {
    const state = moveBy(listOf(NAMES), 4);
    const frame = { ...plain, width: 200, height: 7 };
    const { top, rows, below, columnWidths } = drawList(state, QUESTION, frame);
    expect([top, rows, columnWidths]).toEqual([2, 3, [7]]);
    expect(below.split('\n').slice(0, 3)).toEqual(['  [ ] gamma', '  [ ] delta', '❯ [ ] epsilon']);
    const up = drawList(moveBy(state, -3), QUESTION, { ...frame, top, columnWidths: [12] });
    expect([up.top, up.columnWidths]).toEqual([1, [12]]);
  });

  test('loads the next page once the last row is visible', () => {
    const isLoading = (height: number) =>
      drawList(listOf(NAMES), QUESTION, { ...plain, width: 200, height }).isLoading;
    expect([isLoading(8), isLoading(9)]).toEqual([false, true]);
  });

  test('shortens notes that leave too little room', () => {
    const notes = Array.from({ length: 6 }, (_, index) => `note ${index}\x07`);
    const notesAt = (height: number) =>
      linesOf(complete, { notes }, { height, style: named }).filter((line) => /note|<dim …>/.test(line));
    expect(notesAt(18)).toEqual(notes.map((note) => `<dim ${note.slice(0, -1)}\\x07>`));
    expect(notesAt(17)).toEqual([...[0, 1, 2, 3].map((index) => `<dim note ${index}\\x07>`), '<dim …>']);
    expect(notesAt(1)).toEqual(['<dim note 0\\x07>', '<dim …>']);
  });

  test('shortens a long question to leave room for input', () => {
    expect(linesOf(complete, { message: 'x'.repeat(20) }, { width: 14 })[0]).toBe(`? ${'x'.repeat(9)}…: `);
    expect(linesOf(complete, { message: 'x'.repeat(20), hasSearch: false }, { width: 14 })[0]).toBe(
      `? ${'x'.repeat(11)}…\x1b[?25l`,
    );
    expect(linesOf(complete, { message: 'Letters\x07' })[0]).toBe('? Letters\\x07: ');
    expect(linesOf(complete, {}, { width: 1 })[0]).toBe('? L: ');
    expect(linesOf({ ...complete, text: 'typed' })[0]).toBe('? Letters: typed');
  });

  test('renders columns, with right-aligned ones padded', () => {
    const columns: ListQuestion<string>['columns'] = [
      { key: 'size', heading: '', text: (name) => String(name.length ** 4), align: 'right' },
      { key: 'none', heading: '', text: () => '' },
      { key: 'name', heading: '', text: () => 'machine', display: (name) => `${name}\x07`, shrinks: true },
    ];
    expect(linesOf(listOf(['alpha', 'abc']), { columns }).slice(1, 3)).toEqual([
      '❯ [ ] 625  alpha\\x07',
      '  [ ]  81  abc\\x07',
    ]);
    // Only the shrinking column is left.
    expect(linesOf(listOf(['alpha']), { columns }, { width: 12 })[1]).toBe('❯ [ ] alpha…');
    expect(linesOf(listOf(['alpha']), { columns }, { width: 1 })[1]).toBe('❯ [ ] a');
    expect(linesOf(listOf(['alpha']), { columns: [] })[1]).toBe('❯ [ ] ');
    const [first] = columns;
    const fixed = first === undefined ? [] : [first];
    expect(linesOf(listOf(['alpha']), { columns: fixed }, { width: 8 })[1]).toBe('❯ [ ] 6…');
  });
});

test.each<[Partial<ListState<string>> & { isLoading?: boolean }, Partial<ListQuestion<string>>, string[]]>([
  [{}, {}, ['none selected']],
  [{ items: ['a'] }, {}, ['none selected', '1+ found']],
  [{ items: ['a'], isComplete: true, isLoading: true }, {}, ['none selected', '1 found', 'loading…']],
  [{ items: ['a'], isLoading: true }, { isMultiple: false, hasSearch: false }, ['loading…']],
])('the status of %j is %j', (state, question, parts) => {
  const whole = { ...startList(QUESTION), isLoading: false, ...state };
  expect(statusParts(whole, { ...QUESTION, ...question }, glyphs)).toEqual(parts);
});
