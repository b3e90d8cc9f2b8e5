import { expect, test } from 'vitest';
import { DIALECTS } from '../../src/sandbox/dialect/dialects.ts';
import { runMainJob } from './job.ts';

test('runs the full workflow without a dialect', { timeout: 120_000 }, async () => {
  expect(await runMainJob({})).toEqual([]);
});

test.each(Object.entries(DIALECTS))(
  'runs the full workflow in the dialect %s',
  { timeout: 120_000 },
  async (_name, { traits }) => {
    expect(await runMainJob(traits)).toEqual([]);
  },
);
