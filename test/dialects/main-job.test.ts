import { expect, test } from 'vitest';
import { DIALECTS } from '../../src/sandbox/dialect/dialects.ts';
import { runMainJob } from './job.ts';

test('without a dialect nothing is wrong', { timeout: 120_000 }, async () => {
  expect(await runMainJob({})).toEqual([]);
});

test.each(Object.entries(DIALECTS))(
  'the main job in the dialect %s',
  { timeout: 120_000 },
  async (_name, { traits }) => {
    expect(await runMainJob(traits)).toEqual([]);
  },
);
