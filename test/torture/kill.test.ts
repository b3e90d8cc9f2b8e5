import { expect, test } from 'vitest';
import { pseudoRandom } from '../support/bytes.ts';
import { makeZipObject } from '../support/faults/served-object.ts';
import { makePlace } from '../support/process/run-place.ts';
import { onWindows } from '../support/windows/launcher.ts';
import { type PacedApi, startPacedApi } from './paced-api.ts';
import { report, SEED, scaled, TIME_LIMIT } from './scale.ts';
import { ALL_WELL, createTally, judge, removePlace, settle, startFetch } from './tally.ts';

const MIB = 1_048_576;
const object = makeZipObject(scaled({ sample: 32, full: 104 }) * MIB);
const BYTES_PER_SECOND = scaled({ sample: 50, full: 100 }) * MIB;
const KILLS = scaled({ sample: 6, full: 100 });
/** The most kills for one download before it may finish. */
const KILLS_OF_ONE_DOWNLOAD = 4;
/** On Windows, only synced bytes survive a kill, and the program syncs twice a second. */
const MAY_BE_FETCHED_AGAIN_BYTES = 8 * MIB + (onWindows ? BYTES_PER_SECOND / 2 : 0);

test.each([1, 4])(
  `case 73: resumes after kills at random points, connections: %i (seed ${SEED})`,
  TIME_LIMIT,
  async (count) => {
    const random = pseudoRandom(SEED + count);
    const flags = ['--connections', String(count)];
    const api = await startPacedApi(object, BYTES_PER_SECOND);
    const wholeMs = await timeWholeRun(api, flags);
    const tally = createTally();
    for (let kills = 0; kills < KILLS; ) kills += await killAndFinish();
    report(`kill, ${count} connection${count === 1 ? '' : 's'}`, tally);
    expect(tally).toMatchObject(ALL_WELL);
    expect(tally.refetchedMaxBytes).toBeLessThanOrEqual(MAY_BE_FETCHED_AGAIN_BYTES);

    /** Runs one download until it completes or has enough kills. Resolves with the number of kills. */
    async function killAndFinish(): Promise<number> {
      const place = makePlace();
      api.forget();
      const killedAfterMs: number[] = [];
      let unreadBytes = 0;
      let isComplete = false;
      while (!isComplete && killedAfterMs.length < KILLS_OF_ONE_DOWNLOAD) {
        const run = startFetch(api, place, flags);
        const killAfterMs = Math.floor((random() / 2 ** 32) * wholeMs);
        let unreadThenBytes = 0;
        const timer = setTimeout(() => {
          // Bytes that are still unread in socket buffers do not count as lost. A busy machine buffers many of them.
          run.kill('SIGSTOP');
          unreadThenBytes = api.unreadBytes();
          run.kill('SIGKILL');
        }, killAfterMs);
        const result = await run.result;
        clearTimeout(timer);
        isComplete = result.exitCode === 0;
        if (!isComplete) killedAfterMs.push(killAfterMs);
        const what = `killed after ${killedAfterMs.join(', ')} ms`;
        judge(tally, result, { versions: [object], exitCodes: [0, 137], what });
        await countRepeatedBytes(unreadBytes);
        unreadBytes = unreadThenBytes;
      }
      const what = `killed after ${killedAfterMs.join(', ')} ms`;
      await settle(tally, { api, place, versions: [object], what });
      await countRepeatedBytes(unreadBytes);
      return killedAfterMs.length;
    }

    async function countRepeatedBytes(unreadThenBytes: number): Promise<void> {
      const lostBytes = (await api.takeRepeatedBytes()) - unreadThenBytes;
      tally.refetchedMaxBytes = Math.max(tally.refetchedMaxBytes ?? 0, lostBytes);
    }
  },
);

async function timeWholeRun(api: PacedApi, flags: readonly string[]): Promise<number> {
  const place = makePlace();
  const { durationMs, exitCode } = await startFetch(api, place, flags).result;
  expect(exitCode).toBe(0);
  await removePlace(place);
  return durationMs;
}
