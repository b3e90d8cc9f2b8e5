import { expect, test } from 'vitest';
import { ExpectedError } from '../../../src/errors.ts';
import type { ListQuestion } from '../../../src/terminal/prompts/prompts.ts';
import { createFastClock } from '../../support/fast-clock.ts';
import { openInput } from '../../support/process/streams.ts';
import { makeTerminal } from '../make-terminal.ts';

const UNAVAILABLE = new ExpectedError('UNAVAILABLE', 'the service is away');

function question(load: ListQuestion<string>['load']): ListQuestion<string> {
  return {
    message: 'Letters',
    columns: [{ key: 'name', heading: '', text: (name) => name, shrinks: true }],
    idOf: (name) => name,
    items: null,
    load,
    hasSearch: true,
    isMultiple: true,
    chosen: [],
    isRequired: true,
    canGoBack: false,
    notes: [],
    emptyText: 'nothing',
  };
}

function scene() {
  const stdin = openInput({ isTTY: true });
  const made = makeTerminal({ isTTY: true, stdin, clock: createFastClock() });
  // As Node marks its own: the prompt library ends any other stream with its first prompt.
  Object.assign(made.stderr.stream, { _isStdio: true });
  return { stdin, ...made };
}

test('a page that cannot be loaded loses nothing that is chosen, and Enter tries again', async () => {
  const { terminal, stdin, stderr } = scene();
  let failures = 1;
  const load = (text: string, page: number) => {
    if (text === 'b' && failures-- > 0) return Promise.reject(UNAVAILABLE);
    return Promise.resolve(page === 0 ? [`${text}1`, `${text}2`] : []);
  };
  const answer = terminal.withPrompts(new AbortController().signal, (prompts) =>
    prompts.chooseFrom(question(load)),
  );
  await expect.poll(() => stderr.text()).toContain('2 found');
  stdin.write('b');
  await expect.poll(() => stderr.text()).toContain('cannot load: the service is away');
  stdin.write('\r');
  await expect.poll(() => stderr.text()).toContain('b2');
  stdin.write('\t\r');
  expect(await answer).toEqual(['b1']);
});

test('a first page that cannot be loaded is the error of the command', async () => {
  const { terminal, stderr, stdout } = scene();
  const answer = terminal.withPrompts(new AbortController().signal, (prompts) =>
    prompts.chooseFrom(question(() => Promise.reject(UNAVAILABLE))),
  );
  await expect(answer).rejects.toBe(UNAVAILABLE);
  expect(stderr.text().endsWith('\x1b[?1049l')).toBe(true);
  expect(stdout.text()).toBe('');
});

test('what is said meanwhile is said afterwards, and no progress is drawn into the question', async () => {
  const { terminal, stdin, stderr } = scene();
  const answer = terminal.withPrompts(new AbortController().signal, async (prompts) => {
    terminal.warn('later');
    terminal.progress({ event: 'retry', id: null, attempt: 1, message: 'trying again' });
    return await prompts.chooseFrom(question((_, page) => Promise.resolve(page === 0 ? ['x'] : [])));
  });
  await expect.poll(() => stderr.text()).toContain('1 found');
  expect(stderr.text()).not.toContain('later');
  stdin.write('\r');
  expect(await answer).toEqual(['x']);
  await terminal.flush();
  expect(stderr.text()).toMatch(/\x1b\[\?1049l\x1b\[33mwarning:\x1b\[39m later\n$/);
  expect(stderr.text()).not.toContain('trying again');
});

test.each([{}, { noInput: true, isTTY: true }])('with %j nobody is asked', async (options) => {
  const { terminal, stderr } = makeTerminal(options);
  const answer = terminal.withPrompts(new AbortController().signal, () => Promise.resolve());
  await expect(answer).rejects.toThrow('nobody is here to answer a question');
  expect(stderr.text()).toBe('');
});
