import type { LockingProcess } from '../../../src/disk/lock-record.ts';

/** A process other than those whose leftovers a test creates. */
export const UNPACKER: LockingProcess = {
  pid: 4711,
  hostname: 'here',
  isProcessAlive: () => false,
  processStartedAt: () => null,
  uptimeMs: () => 3_600_000,
};
