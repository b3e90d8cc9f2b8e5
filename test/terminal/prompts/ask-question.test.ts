import { beforeAll, describe, expect, test } from 'vitest';
import { ExpectedError } from '../../../src/errors.ts';
import type { Question } from '../../../src/terminal/prompts/question.ts';
import { CTRL_C, CTRL_D, CTRL_U, DOWN, ENTER, UP } from '../../support/keys.ts';
import { promptScene } from './prompt-scene.ts';

const check = (response: string) => (response === 'acme' ? null : `not "${response}"\x07`);
const TEXT: Question = { kind: 'text', message: 'Name\x1b', check };
const SECRET: Question = { kind: 'secret', message: 'Token\x1b', check };
const CHOICE: Question = {
  kind: 'choice',
  message: 'Sign in with\x1b',
  choices: [
    { value: 'token', label: 'access token' },
    { value: 'client', label: 'client\x1b credentials' },
  ],
};
const { signal } = new AbortController();

/** The first prompt loads its library. */
beforeAll(async () => void (await import('@inquirer/prompts')));

describe('on a terminal', () => {
  test('prompts for text until it is valid, and trims it', async () => {
    const { terminal, stdin, drawn, stderr } = promptScene();
    const response = terminal.ask(TEXT, signal);
    await expect.poll(drawn).toContain('? Name\\x1b');
    stdin.write(`no${ENTER}`);
    await expect.poll(drawn).toContain('> not "no"\\x07');
    stdin.write(`${CTRL_U} acme ${ENTER}`);
    expect(await response).toBe('acme');
    expect(drawn()).toContain('✔ Name\\x1b');
    expect(stderr.text()).toContain('\x1b[36m?\x1b[39m');
    expect(stderr.text()).toContain('\x1b[31m> not');
  });

  test.each([
    [ENTER, 'token'],
    [DOWN + ENTER, 'client'],
    [DOWN + UP + ENTER, 'token'],
  ])('keys %j select %s', async (keys, value) => {
    const { terminal, stdin, drawn } = promptScene();
    const response = terminal.ask(CHOICE, signal);
    await expect.poll(drawn).toMatch(/\? Sign in with\\x1b\n❯ access token\n {2}client\\x1b credentials/);
    expect(drawn()).not.toContain('navigate');
    for (const key of keys.split(/(?=\x1b|\r)/)) stdin.write(key);
    expect(await response).toBe(value);
  });

  test('masks a secret with at most 24 asterisks, and prompts until it is valid', async () => {
    const { terminal, stdin, drawn, stderr } = promptScene();
    const response = terminal.ask(SECRET, signal);
    await expect.poll(drawn).toContain('? Token\\x1b');
    stdin.write('abc');
    await expect.poll(drawn).toMatch(/\? Token\\x1b \*{3}(?!\*)/);
    stdin.write('x'.repeat(40));
    await expect.poll(drawn).toMatch(/\? Token\\x1b \*{24}(?!\*)/);
    stdin.write(ENTER);
    await expect.poll(drawn).toContain(`not "abc${'x'.repeat(40)}"\\x07`);
    const before = stderr.text().length;
    stdin.write(' ');
    // The next key removes the error.
    await expect.poll(() => stderr.text().length).toBeGreaterThan(before);
    expect(stderr.text().slice(before)).not.toContain('not');
    stdin.write(`acme ${ENTER}`);
    expect(await response).toBe('acme');
    expect(drawn()).toContain('✔ Token\\x1b');
    expect(drawn()).not.toContain('acme');
  });

  test.each([
    ['a text', TEXT],
    ['a secret', SECRET],
    ['a choice', CHOICE],
  ])('Ctrl-C, Ctrl-D, and the end of input cancel %s', async (_name, question) => {
    for (const leave of [CTRL_C, CTRL_D, null]) {
      const { terminal, stdin, drawn } = promptScene();
      const response = terminal.ask(question, signal);
      await expect.poll(drawn).toContain('? ');
      if (leave === null) stdin.end();
      else stdin.write(leave);
      await expect(response).rejects.toMatchObject({ code: 'INTERRUPTED', message: 'Canceled.' });
    }
  });
});

describe.each([{ TERM: 'dumb' }, { ACCESSIBLE: '1', LANG: 'C.UTF-8', NO_COLOR: '1' }])('with %j', (env) => {
  test('prompts for text in plain lines', async () => {
    const { terminal, stdin, stderr } = promptScene({ env });
    const response = terminal.ask(TEXT, signal);
    await expect.poll(() => stderr.text()).toBe('Name\\x1b ');
    stdin.write('no\n');
    await expect.poll(() => stderr.text()).toBe('Name\\x1b not "no"\\x07\nName\\x1b ');
    stdin.write(' acme \n');
    expect(await response).toBe('acme');
    expect(stderr.text()).toBe('Name\\x1b not "no"\\x07\nName\\x1b ');
  });

  test('prompts for a number instead of a choice', async () => {
    const { terminal, stdin, stderr } = promptScene({ env });
    const response = terminal.ask(CHOICE, signal);
    const list = '1. access token\n2. client\\x1b credentials\nSign in with\\x1b ';
    await expect.poll(() => stderr.text()).toBe(list);
    const again = 'Type a number from 1 to 2.\nSign in with\\x1b ';
    for (const [index, wrong] of ['0', '3', 'x', '-1', ''].entries()) {
      stdin.write(`${wrong}\n`);
      await expect.poll(() => stderr.text()).toBe(list + again.repeat(index + 1));
    }
    stdin.write('2\n');
    expect(await response).toBe('client');
  });

  test('does not echo a secret', async () => {
    const { terminal, stdin, stderr } = promptScene({ env });
    const response = terminal.ask(SECRET, signal);
    const prompt = 'Token\\x1b (hidden) ';
    await expect.poll(() => stderr.text()).toBe(prompt);
    stdin.write('no\r');
    await expect.poll(() => stderr.text()).toBe(`${prompt}\nnot "no"\\x07\n${prompt}`);
    stdin.write(' acme \r');
    expect(await response).toBe('acme');
    expect(stderr.text()).toBe(`${prompt}\nnot "no"\\x07\n${prompt}\n`);
  });

  test.each([
    ['Ctrl-C', SECRET, CTRL_C],
    ['Ctrl-D', SECRET, CTRL_D],
    ['the end of input', SECRET, null],
    ['the end of input', TEXT, null],
    ['the end of input', CHOICE, null],
  ])('%s cancels', async (_name, question, key) => {
    const { terminal, stdin, stderr } = promptScene({ env });
    const response = terminal.ask(question, signal);
    await expect.poll(() => stderr.text()).toMatch(/ $/);
    if (key === null) stdin.end();
    else stdin.write(key);
    await expect(response).rejects.toMatchObject({ code: 'INTERRUPTED', message: 'Canceled.' });
    // Later output starts on its own line.
    expect(stderr.text()).toMatch(/ \n$/);
  });

  test.each([
    ['a text', TEXT],
    ['a secret', SECRET],
  ])('a signal cancels %s with its own reason, before and during the prompt', async (_name, question) => {
    const reason = new ExpectedError('INTERRUPTED', 'Interrupted by SIGTERM.', { exitCode: 143 });
    const during = new AbortController();
    const { terminal, stderr } = promptScene({ env });
    const response = terminal.ask(question, during.signal);
    await expect.poll(() => stderr.text()).toMatch(/ $/);
    during.abort(reason);
    await expect(response).rejects.toBe(reason);
    await expect(promptScene({ env }).terminal.ask(question, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
