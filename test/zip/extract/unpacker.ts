import type { LockingProcess } from '../../../src/disk/lock-record.ts';

/** Another process than those whose leftovers a test makes. */
export const UNPACKER: LockingProcess = {
  pid: 4711,
  hostname: 'here',
  isProcessAlive: () => false,
  processStartedAt: () => null,
  uptimeMs: () => 3_600_000,
};
