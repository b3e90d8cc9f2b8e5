import { beforeAll, describe, expect, test } from 'vitest';
import { ExpectedError } from '../../../src/errors.ts';
import type { ListQuestion, Prompts } from '../../../src/terminal/prompts/prompts.ts';
import { promptScene, searchQuestion } from './prompt-scene.ts';

const { signal } = new AbortController();
const ITEMS = Array.from({ length: 22 }, (_, index) => `item-${index + 1}\x07`);
const KNOWN: ListQuestion<string> = {
  ...searchQuestion(() => Promise.resolve([])),
  message: 'Letters\x07',
  items: ITEMS.slice(0, 3),
  hasSearch: false,
};
const UNAVAILABLE = new ExpectedError('UNAVAILABLE', 'the service is away\x07');
const WAITING = /Your (?:choice|response[^\n]*): $/;

/** The first prompt loads its library. */
beforeAll(async () => void (await import('../../../src/terminal/prompts/with-prompts.ts')));

/** Runs prompts in plain lines. Returns the result and the screen, with shortened prompts. */
async function session<Result>(work: (prompts: Prompts) => Promise<Result>, responses: readonly string[]) {
  const { terminal, stdin, stderr } = promptScene({ env: { TERM: 'dumb' } });
  let seen = 0;
  let hasEnded = false;
  const result = terminal.withPrompts(signal, work).finally(() => {
    hasEnded = true;
  });
  const next = () => stderr.text().slice(seen);
  let screen = '';
  for (const response of responses) {
    await expect.poll(() => (hasEnded ? 'Your choice: ' : next())).toMatch(WAITING);
    screen += `${next()}${response}\n`;
    seen = stderr.text().length;
    stdin.write(`${response}\n`);
  }
  const value = await result;
  return { value, screen: (screen + next()).replaceAll('Your choice: ', '> ') };
}

const list = (question: ListQuestion<string>, responses: readonly string[]) =>
  session((prompts) => prompts.chooseFrom(question), responses);

describe('a numbered list', () => {
  test('selects several items', async () => {
    const { value, screen } = await list({ ...KNOWN, notes: ['a note\x07'], canGoBack: true }, [
      '',
      '4',
      '1-2',
      '2,3',
      'a',
      'a',
      'x',
      '3',
      '/x',
      '+',
      'r',
      '',
    ]);
    const rows = '1. item-1\\x07\n2. item-2\\x07\n3. item-3\\x07\n';
    const help =
      'Type numbers such as 1,3-5 to select or deselect, a for all, b to go back, Enter to continue.\n';
    expect(screen).toBe(
      `Letters\\x07\na note\\x07\n${rows}none selected\n${help}` +
        '> \nSelect at least one by its number.\n' +
        `> 4\n${help}` +
        '> 1-2\n2 selected: item-1\\x07, item-2\\x07\n' +
        '> 2,3\n2 selected: item-1\\x07, item-3\\x07\n' +
        '> a\n3 selected: item-1\\x07, item-3\\x07, item-2\\x07\n' +
        '> a\nnone selected\n' +
        `> x\n${help}` +
        '> 3\n1 selected: item-3\\x07\n' +
        // Not a search, no further rows, and nothing to load again.
        '> /x\n> +\nNo more rows.\n> r\n1 selected: item-3\\x07\n> \n',
    );
    expect(value).toEqual(['item-3\x07']);
  });

  test('selects one item', async () => {
    const { value, screen } = await list({ ...KNOWN, isMultiple: false }, ['', 'b', 'a', '2,1']);
    expect(screen).toBe(
      'Letters\\x07\n1. item-1\\x07\n2. item-2\\x07\n3. item-3\\x07\nType a number.\n' +
        '> \nSelect at least one by its number.\n> b\nThis is the first question.\n> a\n> 2,1\n',
    );
    expect(value).toEqual(['item-2\x07']);
  });

  test('accepts an empty selection, and goes back', async () => {
    const { value, screen } = await list({ ...KNOWN, isRequired: false }, ['']);
    expect(screen).toContain('Enter to continue, even with none.\n');
    expect(value).toEqual([]);
    expect((await list({ ...KNOWN, isRequired: false }, ['2', ''])).value).toEqual(['item-2\x07']);
    expect((await list({ ...KNOWN, canGoBack: true }, ['b'])).value).toBeNull();
  });

  test('prints ten rows at a time', async () => {
    const { value, screen } = await list({ ...KNOWN, items: ITEMS }, ['11', '+', '11', '+', '+', '']);
    const rows = (from: number, to: number) =>
      Array.from(
        { length: to - from + 1 },
        (_, index) => `${from + index}. item-${from + index}\\x07\n`,
      ).join('');
    const help =
      'Type numbers such as 1,3-5 to select or deselect, a for all, + for more, Enter to continue.\n';
    const selected = '1 selected: item-11\\x07\n';
    expect(screen).toBe(
      `Letters\\x07\n${rows(1, 10)}none selected\n${help}> 11\n${help}> +\n${rows(11, 20)}none selected\n` +
        `> 11\n${selected}> +\n${rows(21, 22)}${selected}> +\nNo more rows.\n> \n`,
    );
    expect(value).toEqual(['item-11\x07']);
    expect((await list({ ...KNOWN, items: ITEMS.slice(0, 10) }, ['1', ''])).screen).not.toContain(
      '+ for more',
    );
    expect((await list({ ...KNOWN, items: ITEMS.slice(0, 11) }, ['1', ''])).screen).toContain('+ for more');
  });

  test('loads pages on demand, and searches', async () => {
    const requested: string[] = [];
    const question = searchQuestion((text, page) => {
      requested.push(`${text} ${page}`);
      const found = ITEMS.filter((name) => name.includes(text));
      return Promise.resolve(found.slice(page * 6, page * 6 + 6));
    });
    const { value, screen } = await list(question, ['+', '/m-2', '1', '/none', '/', 'a', '']);
    expect(screen).toContain('Letters\n1. item-1\\x07');
    expect(screen).toContain('/words to search, + for more');
    expect(screen).toContain('> /none\nnothing match "none"\n1 selected: item-2\\x07\n');
    expect(screen).toContain('> a\n22 selected, 22 found: item-2\\x07, ');
    expect(value).toHaveLength(22);
    expect(requested).toEqual([' 0', ' 1', 'm-2 0', 'none 0', ' 0', ' 1', ' 2', ' 3', ' 4']);
  });

  test('reports the end of the list if the next page is empty', async () => {
    const question = searchQuestion((_text, page) => Promise.resolve(page === 0 ? ['one'] : []));
    const { screen } = await list(question, ['+', '1', '']);
    expect(screen).toContain('> +\nnone selected, 1 found\nNo more rows.\n> 1\n');
  });

  test('reports a page that fails to load, and retries it', async () => {
    let failures = 2;
    const question = searchQuestion((_text, page) => {
      if (failures-- > 0) return Promise.reject(UNAVAILABLE);
      return Promise.resolve(page === 0 ? ['one'] : []);
    });
    const { value, screen } = await list(question, ['+', 'r', '1', '']);
    const failed = 'Cannot load the list: the service is away\\x07\nType r to retry.\n';
    const help =
      'Type numbers such as 1,3-5 to select or deselect, a for all, /words to search, + for more, Enter to continue.\n';
    expect(screen).toBe(
      `Letters\n${failed}${help}> +\n${failed}> r\n1. one\nnone selected, 1+ found\n> 1\n1 selected, 1+ found: one\n> \n`,
    );
    expect(value).toEqual(['one']);
    const refused = new ExpectedError('AUTH', 'the token was rejected');
    await expect(
      list(
        searchQuestion(() => Promise.reject(refused)),
        [],
      ),
    ).rejects.toBe(refused);
  });

  test('shows the reason of a retry only while loading', async () => {
    const { terminal, stdin, stderr } = promptScene({ env: { TERM: 'dumb' } });
    const retry = (message: string | null) =>
      terminal.progress({ event: 'retry', id: null, attempt: 1, message });
    const question = searchQuestion(async (_text, page) => {
      if (page === 0) retry('reset\x07');
      terminal.progress({ event: 'wait', id: 'x', message: 'not this' });
      retry(null);
      return page === 0 ? ['one'] : [];
    });
    const response = terminal.withPrompts(signal, (prompts) => prompts.chooseFrom(question));
    await expect.poll(() => stderr.text()).toMatch(WAITING);
    retry('too late');
    expect(stderr.text()).toMatch(/^Letters\nStill loading: reset\\x07\n1\. one\n/);
    expect(stderr.text()).not.toMatch(/not this|too late|null/);
    stdin.write('1\n');
    await expect.poll(() => stderr.text()).toMatch(/1 selected[^]*choice: $/);
    stdin.write('\n');
    expect(await response).toEqual(['one']);
  });
});

describe('a plain text prompt', () => {
  const question = {
    message: 'Title\x07',
    suggestion: 'Talk',
    explanation: 'Optional\x07.',
    check: (text: string) => (text === 'no' ? 'not no\x07' : null),
  };
  const text = (suggestion: string, responses: readonly string[]) =>
    session((prompts) => prompts.askText({ ...question, suggestion }), responses);

  test('trims and checks the text, and prompts again', async () => {
    const { value, screen } = await text('Talk', ['no', ' Other ']);
    const prompt = 'Your response (Enter for Talk, b to go back): ';
    expect(screen).toBe(`Title\\x07. Optional\\x07.\n${prompt}no\nnot no\\x07\n${prompt} Other \n`);
    expect(value).toBe('Other');
  });

  test('returns the suggestion, or goes back', async () => {
    expect((await text('Talk', [''])).value).toBe('Talk');
    expect((await text('Talk', ['b'])).value).toBeNull();
    const { value, screen } = await text('', ['']);
    expect(value).toBe('');
    expect(screen).toContain('Your response (b to go back): ');
  });
});
