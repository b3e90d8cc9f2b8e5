import { execFileSync } from 'node:child_process';

export const ROUNDS = Number(process.env.BENCH_ROUNDS || 5);

/**
 * Runs each contender once per round, so that disturbances affect all equally. The order rotates by one each
 * round, because a run affects the next one through the disk. The first round is only a warm-up. Resolves
 * with the runs of each, by name.
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

/** The ratios of a figure between two contenders, round by round. */
export function ratios(results, name, baseline, figure) {
  return results[name].map((run, round) => run[figure] / results[baseline][round][figure]);
}
