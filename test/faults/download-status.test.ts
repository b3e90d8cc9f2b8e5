import { expect, test } from 'vitest';
import { titleOf } from '../support/fault-mode.ts';
import { STATUS_MODES } from '../support/fault-modes-status.ts';
import { expectFaultIsHandled } from './fetch-with-fault.ts';

test.each(STATUS_MODES.map((mode) => [titleOf(mode), mode] as const))('%s', async (_name, mode) => {
  await expect(expectFaultIsHandled(mode)).resolves.toBeUndefined();
});
