import { expect, test } from 'vitest';
import { asFlags, randomTraits, singleTraits } from '../dialects/combinations.ts';
import { runMainJob } from '../dialects/job.ts';
import { pseudoRandom } from '../support/bytes.ts';
import { report, SEED, scaled, TIME_LIMIT } from './scale.ts';
import { ALL_WELL, createTally } from './tally.ts';

const COMBINATIONS = scaled({ sample: 12, full: 250 });
/** Each trait value on its own, so that a failure has only one possible cause. */
const SINGLE = scaled({ sample: [], full: singleTraits() });
const PROBLEMS_TOLD = 12;

test(`does the main job with ${COMBINATIONS} combinations of traits (seed ${SEED})`, TIME_LIMIT, async () => {
  const random = pseudoRandom(SEED);
  const tally = createTally();
  const combinations = Array.from({ length: COMBINATIONS }, () => randomTraits(random));
  for (const traits of [...SINGLE, ...combinations]) {
    for (const { kind, step, detail } of await runMainJob(traits)) {
      if (kind === 'silent') tally.falseSuccess += 1;
      else tally.wrongExit += 1;
      if (tally.problems.length < PROBLEMS_TOLD) {
        tally.problems.push(
          `${kind}: ${step}: ${detail}\n  sandbox --dialect library=large ${asFlags(traits)}`,
        );
      }
    }
    tally.runs += 1;
  }
  report('dialects', tally);
  expect(tally).toMatchObject(ALL_WELL);
});
