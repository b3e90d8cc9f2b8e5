import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTemporaryFile, makeSmallFile, SMALL_BYTES } from '../../src/target-folder/temporary-file.ts';
import { aroundHandles } from '../support/file-handles.ts';
import { replaceDiskCall, systemError } from '../support/replace-disk-call.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const MIB = 2 ** 20;

function create() {
  const path = join(makeTempFolder(), 'file');
  return { path, file: createTemporaryFile({ path, shownPath: path }) };
}

/** Counts the syncs of all files from now on. */
async function countSyncs(): Promise<() => number> {
  let count = 0;
  await aroundHandles('sync', async (call) => {
    count += 1;
    await call();
  });
  return () => count;
}

test('writes large and small pieces in order, all of them before it is finished', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { path, file } = create();
    const pieces = [SMALL_BYTES + 1, 1, SMALL_BYTES, 3 * SMALL_BYTES, 2, 4 * SMALL_BYTES].map((size, index) =>
      Buffer.alloc(size, index + 1),
    );
    for (const piece of pieces) await file.append(piece);
    await file.finish();
    expect(readFileSync(path).equals(Buffer.concat(pieces)), `round ${round}`).toBe(true);
  }
});

test('syncs a file of 16 MiB while it is written, and again at the end', async () => {
  const { file } = create();
  const syncs = await countSyncs();
  const piece = Buffer.alloc(MIB);
  for (let count = 0; count < 16; count += 1) await file.append(piece);
  await file.flush();
  expect(syncs()).toBe(1);
  await file.finish();
  expect(syncs()).toBe(2);
});

test.each([
  ['syncs a file of more than 1 MiB', MIB + 1, false, 1],
  ['does not sync a file of 1 MiB', MIB, false, 0],
  ['syncs a small file if asked to', 1, true, 1],
])('%s when it is finished', async (_what, sizeBytes, isSynced, wanted) => {
  const { file } = create();
  const syncs = await countSyncs();
  await file.append(Buffer.alloc(sizeBytes));
  await file.finish({ isSynced });
  expect(syncs()).toBe(wanted);
});

test('is removed when it is discarded, before and after it was written', async () => {
  const { path, file } = create();
  await file.append(Buffer.alloc(4 * MIB));
  await file.discard();
  expect(existsSync(path)).toBe(false);
  await file.discard();
});

test('a small file that cannot be written is removed', () => {
  const path = join(makeTempFolder(), 'file');
  replaceDiskCall('writeSync', () => {
    throw systemError('ENOSPC');
  });
  expect(() => makeSmallFile({ path, shownPath: path }, [Buffer.from('content')])).toThrow(
    expect.objectContaining({ code: 'DISK' }),
  );
  expect(existsSync(path)).toBe(false);
});
