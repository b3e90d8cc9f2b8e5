import { expect, test } from 'vitest';
import { createBackgroundSync } from '../../src/target-folder/sync-in-background.ts';

/** No file has it. */
const NO_DESCRIPTOR = 2 ** 30;
const SYNC_BYTES = 16 * 2 ** 20;

test('a file is synced after each 16 MiB, and what fails there is told at the end', async () => {
  const sync = createBackgroundSync(NO_DESCRIPTOR);
  sync.wrote(SYNC_BYTES - 1);
  await expect(sync.settle()).resolves.toBeUndefined();
  sync.wrote(1);
  await expect(sync.settle()).rejects.toMatchObject({ code: 'EBADF' });
});
