import type { Unpacker } from '../../../src/zip/extract/staging-folder.ts';

/** A process other than those whose leftovers a test creates. */
export const UNPACKER: Unpacker = {
  pid: 4711,
  hostname: 'here',
  isProcessAlive: () => false,
  processStartedAt: () => null,
  uptimeMs: () => 3_600_000,
};
