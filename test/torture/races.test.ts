import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pseudoRandom } from '../support/bytes.ts';
import { makeZipObject } from '../support/faults/served-object.ts';
import { makePlace } from '../support/process/run-place.ts';
import { fail } from '../support/process/run-result.ts';
import { startPacedApi } from './paced-api.ts';
import { report, SEED, scaled, TIME_LIMIT } from './scale.ts';
import { ALL_WELL, createTally, judge, settle, startFetch } from './tally.ts';

const MIB = 1_048_576;
const object = makeZipObject(8 * MIB);
const ROUNDS = scaled({ sample: 2, full: 25 });
const MOST_PROCESSES = scaled({ sample: 5, full: 8 });
const LOCK_DELETED_EVERY_MS = 10;

test.each([
  ['their lock left alone', false],
  ['their lock deleted again and again', true],
])(`case 125: processes race for one target, %s (seed ${SEED})`, TIME_LIMIT, async (name, isLockDeleted) => {
  const random = pseudoRandom(SEED);
  const tally = createTally();
  const api = await startPacedApi(object, 16 * MIB);
  for (let round = 0; round < ROUNDS; round += 1) {
    const place = makePlace();
    const count = 2 + (random() % (MOST_PROCESSES - 1));
    const what = `${count} processes, ${name}`;
    const deleting = setInterval(() => {
      if (isLockDeleted) deleteLocks(place.cwd);
    }, LOCK_DELETED_EVERY_MS);
    const exitCodes = await Promise.all(
      Array.from({ length: count }, async () => {
        const run = await startFetch(api, place).result;
        judge(tally, run, { versions: [object], exitCodes: [0, 11], what });
        return run.exitCode;
      }),
    );
    clearInterval(deleting);
    if (!isLockDeleted && !exitCodes.includes(0)) fail(`no process succeeded: ${what}`);
    await settle(tally, { api, place, versions: [object], what });
  }
  report(`races, ${name}`, tally);
  expect(tally).toMatchObject(ALL_WELL);
});

function deleteLocks(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.endsWith('.lock')) rmSync(join(folder, name), { force: true });
  }
}
