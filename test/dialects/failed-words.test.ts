import { expect, test } from 'vitest';
import { combineTraits } from '../../src/sandbox/dialect/dialects.ts';
import { TRAITS } from '../../src/sandbox/dialect/traits.ts';
import { parseFault } from '../../src/sandbox/faults/faults.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import { runCommand } from '../commands/run-command.ts';
import { afterThisTest } from '../support/after-this-test.ts';

const PACKAGE_FAILED = 5;
const NOT_FOUND = 3;

test.each(TRAITS['failed-word'].values)('stops waiting when the status is %s', async (word) => {
  const sandbox = await startSandbox({
    port: 0,
    prepareMs: 0,
    faults: [parseFault('job-fails')],
    traits: combineTraits([{ 'failed-word': word }]),
  });
  afterThisTest(() => sandbox.close());
  const [medium] = sandbox.library.media;
  const { id, built } = sandbox.packages.create({ selectedMediaIds: [medium?.id ?? ''] }, 'user');
  await built;
  const run = await runCommand(['fetch', id, '--timeout', '6h', '--json'], {
    token: sandbox.token,
    env: { STREAMDIVER_API_URL: sandbox.apiUrl },
  });
  expect(run.exitCode).toBe(word === 'softDeleted' ? NOT_FOUND : PACKAGE_FAILED);
  expect(run.stderr).toContain(word);
});
