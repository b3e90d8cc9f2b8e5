import type { Unpacker } from '../../../src/zip/extract/staging-folder.ts';

/** Another process than those whose leftovers a test makes. */
export const UNPACKER: Unpacker = {
  pid: 4711,
  hostname: 'here',
  isProcessAlive: () => false,
  processStartedAt: () => null,
  uptimeMs: () => 3_600_000,
};
