import { execFileSync } from 'node:child_process';

export const ROUNDS = Number(process.env.BENCH_ROUNDS || 5);

/**
 * One run of each contender, then again: what disturbs the machine disturbs all alike. The order turns
 * by one each round, because a run is felt by the next one, through the disk. The first round only
 * warms up. Resolves with the runs of each, by name.
 */
export async function alternate(contenders, { prepare = () => {}, rounds = ROUNDS, warmUp = 1 } = {}) {
  const names = Object.keys(contenders);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round += 1) {
    const first = (round + warmUp) % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      prepare();
      execFileSync('sync');
      const result = await contenders[name]();
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
