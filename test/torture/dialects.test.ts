import { expect, test } from 'vitest';
import { asFlags, randomTraits } from '../dialects/combinations.ts';
import { runMainJob } from '../dialects/job.ts';
import { pseudoRandom } from '../support/bytes.ts';
import { report, SEED, scaled, TIME_LIMIT } from './scale.ts';
import { ALL_WELL, createTally } from './tally.ts';

const COMBINATIONS = scaled({ sample: 12, full: 250 });
const PROBLEMS_TOLD = 12;

test(`the main job with ${COMBINATIONS} combinations of traits (seed ${SEED})`, TIME_LIMIT, async () => {
  const random = pseudoRandom(SEED);
  const tally = createTally();
  for (let index = 0; index < COMBINATIONS; index += 1) {
    const traits = randomTraits(random);
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
