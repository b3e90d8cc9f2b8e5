import { expect, test } from 'vitest';
import { titleOf } from '../../support/faults/fault-mode.ts';
import { CONTENT_MODES } from '../../support/faults/fault-modes-content.ts';
import { expectFaultIsHandled } from './fetch-with-fault.ts';
import { expectPlainOutcome, plainCases } from './plain-with-fault.ts';

test.each(CONTENT_MODES.map((mode) => [titleOf(mode), mode] as const))('%s', async (_name, mode) => {
  await expect(expectFaultIsHandled(mode)).resolves.toBeUndefined();
});

test.each(plainCases(CONTENT_MODES))('%s', async (_name, mode, kind) => {
  await expect(expectPlainOutcome(mode, kind)).resolves.toBeUndefined();
});
