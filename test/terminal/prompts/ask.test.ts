import { beforeAll, expect, test } from 'vitest';
import { ExpectedError } from '../../../src/errors.ts';
import { makeTerminal } from '../make-terminal.ts';
import { searchQuestion as question, promptScene as scene } from './prompt-scene.ts';

const UNAVAILABLE = new ExpectedError('UNAVAILABLE', 'the service is away');

/** Loads two letters for any text. The first search for `b` fails. */
function failingOnce() {
  let failures = 1;
  return (text: string, page: number) => {
    if (text === 'b' && failures-- > 0) return Promise.reject(UNAVAILABLE);
    return Promise.resolve(page === 0 ? [`${text}1`, `${text}2`] : []);
  };
}

/** The first prompt loads its library. */
beforeAll(async () => void (await import('@inquirer/core')));

test.each([
  ['Enter', '\r'],
  ['r', 'r'],
])('a page that fails to load can be retried with %s', async (_name, key) => {
  const { terminal, stdin, stderr } = scene();
  const load = failingOnce();
  const answer = terminal.withPrompts(new AbortController().signal, (prompts) =>
    prompts.chooseFrom(question(load)),
  );
  await expect.poll(() => stderr.text()).toContain('2 found');
  stdin.write('b');
  await expect.poll(() => stderr.text()).toContain('Cannot load the list: the service is away');
  expect(stderr.text()).toContain('r retry');
  stdin.write(key);
  await expect.poll(() => stderr.text()).toContain('b2');
  stdin.write('\t\r');
  expect(await answer).toEqual(['b1']);
});

test.each([
  ['r retries', 'r', 'b2', '\t\r', ['1', 'b1']],
  ['Enter continues', '', '', '\r', ['1']],
])('a page that fails to load keeps the selection: %s', async (_name, retry, shown, keys, chosen) => {
  const { terminal, stdin, stderr } = scene();
  const load = failingOnce();
  const answer = terminal.withPrompts(new AbortController().signal, (prompts) =>
    prompts.chooseFrom(question(load)),
  );
  await expect.poll(() => stderr.text()).toContain('2 found');
  stdin.write('\t');
  await expect.poll(() => stderr.text()).toContain('1 selected');
  stdin.write('b');
  await expect.poll(() => stderr.text()).toContain('Cannot load the list: the service is away');
  stdin.write(retry);
  await expect.poll(() => stderr.text()).toContain(shown);
  stdin.write(keys);
  expect(await answer).toEqual(chosen);
});

test('a first page can be retried after a network error only', async () => {
  const { terminal, stdin, stderr } = scene();
  let failures = 1;
  const load = (_text: string, page: number) =>
    failures-- > 0 ? Promise.reject(UNAVAILABLE) : Promise.resolve(page === 0 ? ['one'] : []);
  const answer = terminal.withPrompts(new AbortController().signal, (prompts) =>
    prompts.chooseFrom(question(load)),
  );
  await expect.poll(() => stderr.text()).toContain('Cannot load the list: the service is away');
  stdin.write('r');
  await expect.poll(() => stderr.text()).toContain('1 found');
  stdin.write('\r');
  expect(await answer).toEqual(['one']);

  const other = scene();
  const refused = new ExpectedError('AUTH', 'the token was rejected');
  const failed = other.terminal.withPrompts(new AbortController().signal, (prompts) =>
    prompts.chooseFrom(question(() => Promise.reject(refused))),
  );
  await expect(failed).rejects.toBe(refused);
  expect(other.stderr.text().endsWith('\x1b[?1049l')).toBe(true);
  expect(other.stdout.text()).toBe('');
});

test('a missing response and the reason of a retry are shown in full, and r starts over', async () => {
  const { terminal, stdin, stderr } = scene();
  const reason = `connect ECONNREFUSED 127.0.0.1:1${' and more'.repeat(15)}; trying again in 1s`;
  const pages: ((items: string[]) => void)[] = [];
  const load = () => new Promise<string[]>((resolve) => pages.push(resolve));
  const answer = terminal.withPrompts(new AbortController().signal, (prompts) =>
    prompts.chooseFrom(question(load)),
  );
  await expect.poll(() => stderr.text()).toContain('Still loading: no response after 4 s');
  terminal.progress({ event: 'retry', id: null, attempt: 1, message: reason });
  const shown = () =>
    stderr
      .text()
      .replaceAll(/\x1b\[[\d;]*m|[\r\n]/g, ' ')
      .replaceAll(/ +/g, ' ');
  await expect.poll(shown).toContain(`Still loading: ${reason} `);
  stdin.write('r');
  await expect.poll(() => pages.length).toBe(2);
  pages[0]?.(['stale']);
  pages[1]?.(['fresh']);
  await expect.poll(() => stderr.text()).toContain('fresh');
  expect(stderr.text()).not.toContain('stale');
  stdin.write('\r');
  expect(await answer).toEqual(['fresh']);
});

test('Ctrl-A selects all matches of a search, including later pages', async () => {
  const { terminal, stdin, stderr } = scene();
  const pages = [['1', '2'], ['3', '4'], ['5']];
  const load = (text: string, page: number) =>
    Promise.resolve((pages[page] ?? []).map((name) => text + name));
  const answer = terminal.withPrompts(new AbortController().signal, (prompts) =>
    prompts.chooseFrom(question(load)),
  );
  await expect.poll(() => stderr.text()).toContain('5 found');
  stdin.write('b');
  await expect.poll(() => stderr.text()).toContain('b5');
  stdin.write('\x01');
  await expect.poll(() => stderr.text()).toContain('5 selected');
  // The search cursor stays at the end.
  stdin.write('c');
  await expect.poll(() => stderr.text()).toContain('bc5');
  stdin.write('\r');
  expect(await answer).toEqual(['b1', 'b2', 'b3', 'b4', 'b5']);
});

test('messages are deferred until the prompt ends, and progress is not drawn', async () => {
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

test.each([{}, { noInput: true, isTTY: true }])('with %j a prompt is rejected', async (options) => {
  const { terminal, stderr } = makeTerminal(options);
  const answer = terminal.withPrompts(new AbortController().signal, () => Promise.resolve());
  await expect(answer).rejects.toThrow('cannot prompt: ');
  expect(stderr.text()).toBe('');
});
