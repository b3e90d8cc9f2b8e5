import { describe, expect, test } from 'vitest';
import {
  addPage,
  moveBy,
  needsPage,
  scrollTo,
  searchFor,
  startList,
  toggle,
  toggleAll,
} from '../../../src/terminal/prompts/list-state.ts';
import { drawList } from '../../../src/terminal/prompts/list-view.ts';
import { parsePlainResponse } from '../../../src/terminal/prompts/plain-response.ts';
import type { ListQuestion } from '../../../src/terminal/prompts/prompts.ts';
import { displayWidth } from '../../../src/terminal/text/display-width.ts';
import { chooseGlyphs } from '../../../src/terminal/text/glyphs.ts';
import { createStyle } from '../../../src/terminal/text/style.ts';
import { wrapText } from '../../../src/terminal/text/wrap-text.ts';
import { EVIL, expectHarmless } from '../text/evil-text.ts';
import { searchQuestion } from './prompt-scene.ts';

const QUESTION: ListQuestion<string> = {
  ...searchQuestion(() => Promise.resolve([])),
  columns: [
    { key: 'kind', heading: 'KIND', text: () => 'letter' },
    { key: 'name', heading: 'NAME', text: (name) => name, shrinks: true },
    {
      key: 'length',
      heading: 'LENGTH',
      text: (name) => String(name.length),
      align: 'right',
      isOptional: true,
    },
  ],
  emptyText: 'no letters',
};

describe('the list', () => {
  const first = addPage(startList(QUESTION), ['a', 'b'], QUESTION);

  test('shows an item on two pages once, and ends at a page without new items', () => {
    const second = addPage(first, ['b', 'c'], QUESTION);
    expect([second.items, second.isComplete]).toEqual([['a', 'b', 'c'], false]);
    expect(addPage(second, ['a', 'c'], QUESTION).isComplete).toBe(true);
    expect(addPage(second, [], QUESTION).isComplete).toBe(true);
  });

  test('does not end at a page whose items are all chosen already', () => {
    const chosen = ['x', 'y', 'z'].reduce((state, name) => toggle(state, name, QUESTION.idOf), first);
    const again = addPage(searchFor(searchFor(chosen, 'q'), ''), ['x', 'y'], QUESTION);
    expect([again.items, again.isComplete]).toEqual([['x', 'y', 'z'], false]);
    expect(addPage(again, ['z'], QUESTION).isComplete).toBe(false);
  });

  test('needs another page only when the last row is visible', () => {
    expect([needsPage(first, 1), needsPage(first, 2), needsPage(startList(QUESTION), 0)]).toEqual([
      false,
      true,
      true,
    ]);
    expect(needsPage({ ...first, failure: 'gone' }, 2)).toBe(false);
  });

  test('stops the pointer at both ends', () => {
    expect([moveBy(first, -5).active, moveBy(first, 5).active]).toEqual([0, 1]);
    expect(moveBy(startList(QUESTION), 1).active).toBe(0);
  });

  test('selects all items once all pages are loaded, then none', () => {
    const pending = toggleAll(first, QUESTION.idOf);
    expect([pending.chosen.size, needsPage(pending, 1)]).toEqual([0, true]);
    const all = addPage(addPage(pending, ['c'], QUESTION), [], QUESTION);
    expect([...all.chosen.keys()]).toEqual(['a', 'b', 'c']);
    expect(toggleAll(all, QUESTION.idOf).chosen.size).toBe(0);
    expect(toggleAll(pending, QUESTION.idOf).isSelectingAll).toBe(false);
    expect(searchFor(pending, 'q').isSelectingAll).toBe(false);
  });

  test.each([
    [{ top: 0, active: 3, rows: 4, total: 9 }, 0],
    [{ top: 0, active: 4, rows: 4, total: 9 }, 1],
    [{ top: 5, active: 2, rows: 4, total: 9 }, 2],
    [{ top: 5, active: 8, rows: 9, total: 9 }, 0],
    [{ top: 0, active: 0, rows: 4, total: 0 }, 0],
  ])('scrolls no further than needed: %j', ({ top, ...place }, expected) => {
    expect(scrollTo(top, place)).toBe(expected);
  });
});

describe('drawList', () => {
  const names = [
    'plain',
    '日本語の講義 第一回 日本語の講義 第一回',
    '🎉'.repeat(60),
    'x'.repeat(300),
    `n${EVIL}`,
  ];
  const frame = {
    height: 24,
    top: 0,
    columnWidths: [],
    style: createStyle(false),
    glyphs: chooseGlyphs({ LANG: 'C.UTF-8' }, 'linux'),
  };

  test.each([10, 20, 39, 79, 199])('cases 114, 117: draws no line wider than %d cells', (width) => {
    const question = { ...QUESTION, notes: [`a note ${EVIL}`] };
    const { below } = drawList(addPage(startList(question), names, question), question, { ...frame, width });
    expectHarmless(below);
    expect(Math.max(...below.split('\n').map(displayWidth))).toBeLessThanOrEqual(width);
  });

  test('aligns columns, drops the optional one first, and then keeps the name', () => {
    const state = addPage(startList(QUESTION), ['ab', '日本'], QUESTION);
    const rowsAt = (width: number) =>
      drawList(state, QUESTION, { ...frame, width })
        .below.split('\n')
        .slice(0, 2);
    expect(rowsAt(80)).toEqual(['❯ [ ] letter  ab    2', '  [ ] letter  日本  2']);
    const long = addPage(startList(QUESTION), ['x'.repeat(40)], QUESTION);
    const rowAt = (width: number) => drawList(long, QUESTION, { ...frame, width }).below.split('\n')[0];
    expect(rowAt(42)).toBe(`❯ [ ] letter  ${'x'.repeat(23)}…  40`);
    expect(rowAt(41)).toBe(`❯ [ ] letter  ${'x'.repeat(26)}…`);
    expect(rowAt(20)).toBe(`❯ [ ] ${'x'.repeat(13)}…`);
  });
});

test.each([
  ['', { kind: 'done' }],
  ['b', { kind: 'back' }],
  ['+', { kind: 'more' }],
  ['a', { kind: 'all' }],
  ['r', { kind: 'retry' }],
  ['/two words', { kind: 'search', text: 'two words' }],
  ['/', { kind: 'search', text: '' }],
  ['3', { kind: 'rows', rows: [2] }],
  ['1, 3-5 4', { kind: 'rows', rows: [0, 2, 3, 4] }],
  ['0', { kind: 'unknown' }],
  ['6', { kind: 'unknown' }],
  ['3-2', { kind: 'unknown' }],
  ['1-99999999', { kind: 'unknown' }],
  ['x', { kind: 'unknown' }],
])('parses the response %j to five rows as %j', (text, answer) => {
  expect(parsePlainResponse(text, 5)).toEqual(answer);
});

test.each([
  ['one two three', 8, ['one two', 'three']],
  ['abcdefgh ij', 4, ['abcd', 'efgh', 'ij']],
  ['日本語', 4, ['日本', '語']],
  ['', 4, ['']],
])('wraps %j to %d cells', (text, width, lines) => {
  expect(wrapText(text, width)).toEqual(lines);
});
