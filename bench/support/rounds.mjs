import { execFileSync } from 'node:child_process';

export const ROUNDS = Number(process.env.BENCH_ROUNDS || 5);

/**
 * One run of each contender, then again: what disturbs the machine disturbs all alike. The first
 * round only warms up. Resolves with the runs of each, by name.
 */
export async function alternate(contenders, { prepare = () => {}, rounds = ROUNDS, warmUp = 1 } = {}) {
  const results = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const [name, contender] of Object.entries(contenders)) {
      prepare();
      execFileSync('sync');
      const result = await contender();
      if (round >= 0) results[name].push(result);
    }
  }
  return results;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What a figure of one contender is to that of another, round by round. */
export function ratios(results, name, baseline, figure) {
  return results[name].map((run, round) => run[figure] / results[baseline][round][figure]);
}
