import { expect, test } from 'vitest';
import { openInput } from '../../support/process/streams.ts';
import { makeTerminal } from '../make-terminal.ts';

test.each([
  ['y', true],
  ['Yes', true],
  ['you', false],
  ['ye', false],
  ['oy', false],
  ['', false],
])('accepts %j as yes: %j', async (word, isYes) => {
  const stdin = openInput({ isTTY: true });
  const { terminal } = makeTerminal({ isTTY: true, stdin, env: { TERM: 'dumb' } });
  const answer = terminal.confirm('Delete?', new AbortController().signal);
  stdin.write(`${word}\n`);
  expect(await answer).toBe(isYes);
});
