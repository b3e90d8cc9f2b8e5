import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addSummaryFlag, wantsSummary } from '../../src/flags/summary-flag.ts';

test.each([
  [[], false],
  [['--summary'], true],
  [['--dry-run'], false],
  [['--summary', '--dry-run'], false],
])('wantsSummary with %j is %j', async (flags, isWanted) => {
  const command = addSummaryFlag(new Command('fetch').option('--dry-run')).action(() => undefined);
  await command.parseAsync(flags, { from: 'user' });
  expect(wantsSummary(command)).toBe(isWanted);
});
