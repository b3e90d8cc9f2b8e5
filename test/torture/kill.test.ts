import { expect, test } from 'vitest';
import { pseudoRandom } from '../support/bytes.ts';
import { makePlace } from '../support/run-place.ts';
import { makeZipObject } from '../support/served-object.ts';
import { type PacedApi, startPacedApi } from './paced-api.ts';
import { report, SEED, scaled, TIME_LIMIT } from './scale.ts';
import { ALL_WELL, connectionFlags, createTally, judge, removePlace, settle, startFetch } from './tally.ts';

const MIB = 1_048_576;
const object = makeZipObject(scaled({ sample: 32, full: 104 }) * MIB);
const BYTES_PER_SECOND = scaled({ sample: 50, full: 100 }) * MIB;
const KILLS = scaled({ sample: 6, full: 100 });
/** How often one download is killed before it may finish. */
const KILLS_OF_ONE_DOWNLOAD = 4;
const MAY_BE_FETCHED_AGAIN_BYTES = 8 * MIB;

test.each([1, 4])(`killed at random points with %i connections (seed ${SEED})`, TIME_LIMIT, async (count) => {
  const random = pseudoRandom(SEED + count);
  const flags = await connectionFlags(count);
  const api = await startPacedApi(object, BYTES_PER_SECOND);
  const wholeMs = await timeWholeRun(api, flags);
  const tally = createTally();
  for (let kills = 0; kills < KILLS; kills += KILLS_OF_ONE_DOWNLOAD) {
    await killAndFinish(api, flags, () => Math.floor((random() / 2 ** 32) * wholeMs));
  }
  report(`kill, ${count} connection${count === 1 ? '' : 's'}`, tally);
  expect(tally).toMatchObject(ALL_WELL);
  expect(tally.refetchedMaxBytes).toBeLessThanOrEqual(MAY_BE_FETCHED_AGAIN_BYTES);

  async function killAndFinish(
    api: PacedApi,
    flags: readonly string[],
    delayMs: () => number,
  ): Promise<void> {
    const place = makePlace();
    api.forget();
    const delaysMs = Array.from({ length: KILLS_OF_ONE_DOWNLOAD }, delayMs);
    for (const killAfterMs of delaysMs) {
      const run = startFetch(api, place, flags);
      const timer = setTimeout(() => run.kill('SIGKILL'), killAfterMs);
      const result = await run.result;
      clearTimeout(timer);
      const what = `killed after ${delaysMs.join(', ')} ms`;
      judge(tally, result, { versions: [object], exitCodes: [0, 137], what });
      tally.refetchedMaxBytes = Math.max(tally.refetchedMaxBytes, await api.takeRepeatedBytes());
    }
    await settle(tally, { api, place, versions: [object], what: `killed after ${delaysMs.join(', ')} ms` });
    tally.refetchedMaxBytes = Math.max(tally.refetchedMaxBytes, await api.takeRepeatedBytes());
  }
});

async function timeWholeRun(api: PacedApi, flags: readonly string[]): Promise<number> {
  const place = makePlace();
  const { durationMs, exitCode } = await startFetch(api, place, flags).result;
  expect(exitCode).toBe(0);
  await removePlace(place);
  return durationMs;
}
