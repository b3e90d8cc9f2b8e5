import { beforeAll, expect, test } from 'vitest';
import { CTRL_C, CTRL_U, ENTER, ESC } from '../../support/keys.ts';
import { promptScene } from './prompt-scene.ts';

const { signal } = new AbortController();
const QUESTION = {
  message: 'Title\x07',
  suggestion: 'Talk',
  explanation: 'Optional. The name of the package.',
  check: (text: string) => (text === 'no' ? `not "${text}"\x07` : null),
};

/** The first prompt loads its library. */
beforeAll(async () => void (await import('@inquirer/core')));

function ask(options = {}) {
  const scene = promptScene(options);
  const response = scene.terminal.withPrompts(signal, (prompts) => prompts.askText(QUESTION));
  return { ...scene, response };
}

test('allows editing the suggestion, and trims the text', async () => {
  const { stdin, drawn, stderr, response } = ask();
  await expect.poll(drawn).toContain('? Title\\x07: Talk\n');
  expect(stderr.text().startsWith('\x1b[?1049h\x1b[1;1H\x1b[0J')).toBe(true);
  expect(drawn()).toContain('Optional. The name of the package.\nEnter continue · Esc back · Ctrl-C cancel');
  stdin.write('s ');
  await expect.poll(drawn).toContain('? Title\\x07: Talks');
  stdin.write(ENTER);
  expect(await response).toBe('Talks');
  expect(stderr.text()).not.toContain('\x1b[31m');
});

test('keeps an invalid text, with the error in red until the next key', async () => {
  const { stdin, drawn, stderr, response } = ask();
  await expect.poll(drawn).toContain('? Title\\x07: Talk\n');
  stdin.write(`${CTRL_U}no${ENTER}`);
  await expect.poll(() => stderr.text()).toContain('\x1b[31mnot "no"\\x07\x1b[39m');
  const before = stderr.text().length;
  stdin.write('!');
  await expect.poll(() => stderr.text().slice(before)).toContain('no!');
  expect(stderr.text().slice(before)).not.toContain('not "no"');
  stdin.write(ENTER);
  expect(await response).toBe('no!');
});

test('Esc goes back', async () => {
  const { stdin, drawn, response } = ask();
  await expect.poll(drawn).toContain('? Title\\x07: Talk\n');
  stdin.write(ESC);
  expect(await response).toBeNull();
});

test('Ctrl-C cancels', async () => {
  const { stdin, drawn, response } = ask();
  await expect.poll(drawn).toContain('? Title\\x07: Talk\n');
  stdin.write(CTRL_C);
  await expect(response).rejects.toMatchObject({ code: 'INTERRUPTED', message: 'Canceled.' });
});

test('ignores invisible characters', async () => {
  const { stdin, drawn, response } = ask();
  await expect.poll(drawn).toContain('Talk\n');
  stdin.write('\u202es');
  await expect.poll(drawn).toContain('? Title\\x07: Talks');
  stdin.write(ENTER);
  expect(await response).toBe('Talks');
});

test('redraws at the new width after a resize', async () => {
  const { stdin, stderr, response, drawn } = ask();
  await expect.poll(drawn).toContain('Talk\n');
  const before = stderr.text().length;
  Object.assign(stderr.stream, { columns: 21 });
  stderr.stream.emit('resize');
  await expect.poll(() => stderr.text().slice(before)).toContain('Optional. The name\x1b');
  expect(stderr.text().slice(before).startsWith('\x1b[1;1H\x1b[0J')).toBe(true);
  stdin.write(ENTER);
  expect(await response).toBe('Talk');
  expect(stderr.stream.listenerCount('resize')).toBe(0);
});
