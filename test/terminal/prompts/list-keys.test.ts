import { beforeAll, describe, expect, test } from 'vitest';
import { ExpectedError } from '../../../src/errors.ts';
import type { ListQuestion } from '../../../src/terminal/prompts/prompts.ts';
import { CTRL_A, DOWN, ENTER, ESC, PAGE_DOWN, PAGE_UP, TAB, UP } from '../../support/keys.ts';
import { promptScene, searchQuestion } from './prompt-scene.ts';

const { signal } = new AbortController();
const ITEMS = Array.from({ length: 50 }, (_, index) => `item-${index}`);
const KNOWN: ListQuestion<string> = {
  ...searchQuestion(() => Promise.resolve([])),
  items: ITEMS,
  hasSearch: false,
};
const FOUND = searchQuestion((text, page) =>
  Promise.resolve(page === 0 ? ITEMS.filter((name) => name.includes(text)) : []),
);

/** The first prompt loads its library. */
beforeAll(async () => void (await import('@inquirer/core')));

function ask(question: ListQuestion<string>, options = {}) {
  const scene = promptScene(options);
  const response = scene.terminal.withPrompts(signal, (prompts) => prompts.chooseFrom(question));
  return { ...scene, response };
}

/** Presses the keys one by one. */
async function choose(question: ListQuestion<string>, keys: readonly string[]) {
  const { stdin, drawn, response } = ask(question);
  await expect.poll(drawn).toContain('item-0');
  for (const key of keys) stdin.write(key);
  return await response;
}

describe('a list without a search', () => {
  test.each([
    ['Enter', [ENTER], [0]],
    ['Down', [DOWN, DOWN, ENTER], [2]],
    ['Up', [DOWN, DOWN, UP, ENTER], [1]],
    ['Page Down', [PAGE_DOWN, ENTER], [20]],
    ['Page Up', [PAGE_DOWN, PAGE_DOWN, DOWN, PAGE_UP, ENTER], [21]],
    ['Tab', [TAB, ENTER], [0]],
    ['Space', [DOWN, ' ', ENTER], [1]],
    ['other keys', ['x', ESC, CTRL_A, ENTER], [0]],
  ])('selects one item: %s', async (_name, keys, chosen) => {
    const single = { ...KNOWN, isMultiple: false };
    // Tab and Space do not move the cursor there.
    const expected = _name === 'Space' ? [1] : chosen;
    expect(await choose(single, keys)).toEqual(expected.map((index) => ITEMS[index]));
  });

  test.each([
    ['Enter takes the current row', [DOWN, ENTER], [1]],
    ['Space', [' ', DOWN, DOWN, ' ', ENTER], [0, 2]],
    ['Space twice', [' ', ' ', DOWN, ENTER], [1]],
    ['Tab moves on', [TAB, TAB, ENTER], [0, 1]],
    ['Ctrl-A', [CTRL_A, ENTER], ITEMS.map((_, index) => index)],
    ['Ctrl-A twice', [CTRL_A, CTRL_A, ENTER], [0]],
    ['a letter', ['r', 'x', ENTER], [0]],
  ])('selects several items: %s', async (_name, keys, chosen) => {
    expect(await choose(KNOWN, keys)).toEqual(chosen.map((index) => ITEMS[index]));
  });

  test('allows an empty selection if none is required', async () => {
    expect(await choose({ ...KNOWN, isRequired: false }, [DOWN, ENTER])).toEqual([]);
    expect(await choose({ ...KNOWN, isRequired: false }, [DOWN, ' ', ENTER])).toEqual(['item-1']);
  });

  test('Esc goes back if possible', async () => {
    expect(await choose({ ...KNOWN, canGoBack: true }, [ESC])).toBeNull();
    expect(await choose({ ...KNOWN, chosen: ['item-3', 'item-1'] }, [ESC, ENTER])).toEqual([
      'item-3',
      'item-1',
    ]);
  });
});

describe('a list with a search', () => {
  test('Esc clears the search, Space extends it, and Enter selects the current row', async () => {
    const { stdin, drawn, response } = ask(FOUND);
    await expect.poll(drawn).toContain('50+ found');
    stdin.write('m-4');
    await expect.poll(drawn).toContain('11 found');
    stdin.write(' ');
    await expect.poll(drawn).toContain('nothing match "m-4 "');
    stdin.write(ENTER);
    stdin.write(ESC);
    await expect.poll(drawn).toMatch(/nothing match[^]*50\+ found/);
    stdin.write(DOWN + ENTER);
    expect(await response).toEqual(['item-1']);
  });

  test('ignores pasted control characters', async () => {
    const { stdin, drawn, response } = ask(FOUND);
    await expect.poll(drawn).toContain('50+ found');
    stdin.write('49\u202e');
    await expect.poll(drawn).toContain('? Letters: 49');
    await expect.poll(drawn).toContain('1 found');
    stdin.write(ENTER);
    expect(await response).toEqual(['item-49']);
  });

  test('requests the first page immediately, and a search only after the last key', async () => {
    const texts: string[] = [];
    const question = searchQuestion((text, page) => {
      texts.push(text);
      return Promise.resolve(page === 0 ? [`${text}!`] : []);
    });
    const { stdin, drawn, response } = ask(question);
    await expect.poll(drawn).toContain('1 found');
    stdin.write('a');
    stdin.write('b');
    await expect.poll(drawn).toContain('ab!');
    stdin.write(ENTER);
    expect(await response).toEqual(['ab!']);
    expect(new Set(texts)).toEqual(new Set(['', 'ab']));
  });

  test('aborts the request of an earlier search', async () => {
    const aborted: string[] = [];
    const question = searchQuestion((text, page, ending) => {
      if (text !== 'a') return Promise.resolve(page === 0 ? [`${text}!`] : []);
      return new Promise((_resolve, reject) => {
        ending.addEventListener('abort', () => {
          aborted.push(text);
          reject(new ExpectedError('UNAVAILABLE', 'aborted'));
        });
      });
    });
    const { stdin, drawn, response } = ask(question);
    await expect.poll(drawn).toContain('1 found');
    stdin.write('a');
    await expect.poll(drawn).toContain('no response after 4 s');
    stdin.write('b');
    await expect.poll(drawn).toContain('ab!');
    expect(aborted).toEqual(['a']);
    expect(drawn()).not.toContain('Cannot load');
    stdin.write(ENTER);
    expect(await response).toEqual(['ab!']);
  });

  test('Ctrl-A waits for the remaining pages', async () => {
    const pages = [['1', '2'], ['3'], []];
    const question = searchQuestion((_text, page) => Promise.resolve(pages[page] ?? []));
    const { stdin, drawn, response } = ask({ ...question, isRequired: false });
    await expect.poll(drawn).toContain('3 found');
    stdin.write(CTRL_A + ENTER);
    expect(await response).toEqual(['1', '2', '3']);
  });
});

test('clears the screen at the start and after a resize', async () => {
  const { stdin, stderr, response } = ask(KNOWN);
  await expect.poll(() => stderr.text()).toContain('item-0');
  const CLEAR = '\x1b[1;1H\x1b[0J';
  expect(stderr.text().startsWith(`\x1b[?1049h${CLEAR}`)).toBe(true);
  const before = stderr.text().length;
  Object.assign(stderr.stream, { columns: 40, rows: 8 });
  stderr.stream.emit('resize');
  await expect.poll(() => stderr.text().slice(before)).toContain('item-0');
  expect(stderr.text().slice(before).startsWith(CLEAR)).toBe(true);
  expect(stderr.text().slice(before)).not.toContain('item-4');
  stdin.write(ENTER);
  await response;
  expect(stderr.stream.listenerCount('resize')).toBe(0);
});

test('assumes 24 lines if the height is unknown', async () => {
  const question = { ...KNOWN, notes: Array.from({ length: 5 }, (_, index) => `note ${index}`) };
  const { stdin, drawn, response } = ask(question, { columns: 200 });
  await expect.poll(drawn).toContain('item-0');
  expect(drawn().match(/item-\d+/g)).toHaveLength(15);
  stdin.write(ENTER);
  await response;
});

test('removes its listeners at the end', async () => {
  const scene = promptScene();
  const counts = () => ['keypress', 'close'].map((event) => scene.stdin.listenerCount(event));
  const before = counts();
  const first = scene.terminal.withPrompts(signal, (prompts) => prompts.chooseFrom(KNOWN));
  await expect.poll(scene.drawn).toContain('item-0');
  scene.stdin.write(ENTER);
  expect(await first).toEqual(['item-0']);
  expect(counts()).toEqual(before);
});
