import { expect, test, vi } from 'vitest';
import { untilFree } from '../../src/disk/busy-file.ts';
import { openTranscriptFolder } from '../../src/transcripts/transcript-folder.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { aroundHandles } from '../support/file-handles.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { UNPACKER } from '../zip/extract/unpacker.ts';

/** A folder whose syncs wait for `letGo`. */
async function openSlowFolder() {
  const folder = openTranscriptFolder(makeTempFolder(), {
    process: UNPACKER,
    attempt: untilFree({ platform: process.platform, clock: createFastClock() }),
    signal: new AbortController().signal,
    isSynced: true,
  });
  const running: (() => void)[] = [];
  let count = 0;
  await aroundHandles('sync', async (call) => {
    count += 1;
    await new Promise<void>((resolve) => running.push(resolve));
    if (count === 1) throw Object.assign(new Error('EIO: injected'), { code: 'EIO', syscall: 'fsync' });
    return await call();
  });
  return {
    ...folder,
    sync: (name: string) => folder.sync([name], { isNew: true }),
    countOnceRunning: async () => {
      await vi.waitFor(() => expect(running).toHaveLength(1), { timeout: 20_000 });
      // No other sync starts at the same time.
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
      return count;
    },
    letGo: () => running.pop()?.(),
  };
}

test('one sync of the folder serves all waiting names, but none that arrived while it ran', async () => {
  const folder = await openSlowFolder();
  const ended: string[] = [];
  const sync = async (name: string) => {
    await folder.sync(name);
    ended.push(name);
  };
  const failing = sync('a').catch((error: unknown) => error);
  expect(await folder.countOnceRunning()).toBe(1);
  const waiting = [sync('b'), sync('c')];
  folder.letGo();
  expect(await failing).toMatchObject({ code: 'DISK' });
  expect(await folder.countOnceRunning()).toBe(2);
  const later = [sync('d'), sync('e')];
  expect(ended).toEqual([]);
  folder.letGo();
  await Promise.all(waiting);
  expect(await folder.countOnceRunning()).toBe(3);
  expect(ended).toEqual(['b', 'c']);
  folder.letGo();
  await Promise.all(later);
  const alone = sync('f');
  expect(await folder.countOnceRunning()).toBe(4);
  folder.letGo();
  await alone;
  folder.close();
});
