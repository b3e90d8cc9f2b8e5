import { expect, test } from 'vitest';
import { endOfHelp } from '../../src/help/examples.ts';

const WHOLE = '  streamdiver-dl sandbox --fault cut=100000 -- ./nightly.sh';

test.each([
  [80, [WHOLE]],
  [54, ['  streamdiver-dl sandbox --fault cut=100000 \\', '      -- ./nightly.sh']],
  [42, ['  streamdiver-dl sandbox \\', '      --fault cut=100000 -- ./nightly.sh']],
  [41, ['  streamdiver-dl sandbox \\', '      --fault cut=100000 \\', '      -- ./nightly.sh']],
])('an example in %i columns is wrapped between its words', (columns, lines) => {
  const help = endOfHelp('sandbox', columns);
  expect(help.startsWith('\nExamples:\n  # ')).toBe(true);
  expect(help.endsWith(`\n${lines.join('\n')}`)).toBe(true);
});

test('only the help of the program itself ends with the topics', () => {
  expect(endOfHelp('')).toMatch(/\n\nTopics: streamdiver-dl help environment \| .*$/);
  expect(endOfHelp('sandbox')).not.toContain('Topics:');
  expect(endOfHelp('no command')).toBe('');
});
