import { expect, test } from 'vitest';
import { formatTopic } from '../../src/help/help-format.ts';
import { runCommand } from '../commands/run-command.ts';

test.each([
  [38, ['  ab  What it means.']],
  [37, ['  ab', '      What it means.']],
])('in %i columns, a topic has a description beside or below its term', (columns, lines) => {
  expect(formatTopic(['ab  What it means.'], columns)).toEqual(lines);
});

test('the help of create omits the flags of fetch', async () => {
  const { stdout } = await runCommand(['create', '--help']);
  expect(stdout).toContain('  --fetch  ');
  expect(stdout).not.toContain('--only-new');
  expect((await runCommand(['fetch', '--help'])).stdout).toContain('--only-new');
});
