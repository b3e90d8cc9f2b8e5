import { expect, test } from 'vitest';
import { createBackgroundSync } from '../../src/target-folder/sync-in-background.ts';

/** A descriptor that no file has. */
const NO_DESCRIPTOR = 2 ** 30;
const SYNC_BYTES = 16 * 2 ** 20;

test('syncs after each 16 MiB and reports failures at the end', async () => {
  const sync = createBackgroundSync(NO_DESCRIPTOR);
  sync.wrote(SYNC_BYTES - 1);
  await expect(sync.settle()).resolves.toBeUndefined();
  sync.wrote(1);
  await expect(sync.settle()).rejects.toMatchObject({ code: 'EBADF' });
});
