import { expect, test } from 'vitest';
import { IDENTITY_MODES } from '../support/fault-modes-identity.ts';
import { expectFaultIsHandled } from './fetch-with-fault.ts';

test.each(IDENTITY_MODES.map((mode) => [mode.name, mode] as const))('%s', async (_name, mode) => {
  await expect(expectFaultIsHandled(mode)).resolves.toBeUndefined();
});
