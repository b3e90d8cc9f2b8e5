import { alternate, median, ratios } from './rounds.mjs';

const GIB = 1_073_741_824;

/** Runs the contenders in turns on one scene: the table, and whether the targets are met. */
export async function compare(scene, { contenders, baseline, targets }) {
  const results = await alternate(contenders, { prepare: scene.removeTarget });
  return [
    ...comparisonTable(results, { baseline, sizeBytes: scene.sizeBytes }),
    '',
    ...ratioTargets(results, targets),
  ];
}

/** Wall time, CPU time and memory of all contenders, times compared with the baseline's. */
function comparisonTable(results, { baseline, sizeBytes }) {
  return [
    `| what | wall s | × ${baseline} | CPU s per GiB | × ${baseline} | peak MiB |`,
    '|---|---|---|---|---|---|',
    ...Object.entries(results).map(([name, runs]) => {
      const cells = [
        name,
        spread(runs.map(({ seconds }) => seconds)),
        spread(ratios(results, name, baseline, 'seconds')),
        spread(runs.map(({ cpuSeconds }) => (cpuSeconds * GIB) / sizeBytes)),
        spread(ratios(results, name, baseline, 'cpuSeconds')),
        median(runs.map(({ peakMiB }) => peakMiB)).toFixed(0),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ];
}

/** The median, and the least and the greatest value in brackets. */
export function spread(values, digits = 2) {
  const [middle, least, greatest] = [median(values), Math.min(...values), Math.max(...values)];
  return `${middle.toFixed(digits)} (${least.toFixed(digits)}–${greatest.toFixed(digits)})`;
}

/** One line a target: `figure` (`seconds` or `cpuSeconds`) of `name` may be so many times that of `baseline`. */
function ratioTargets(results, targets) {
  return targets.map(({ name, figure = 'seconds', baseline, atMost }) => {
    const what = figure === 'seconds' ? 'wall time' : 'CPU time';
    const ratio = median(ratios(results, name, baseline, figure));
    return targetLine(
      `${name}: ${what} ≤ ${atMost.toFixed(2)} × ${baseline}`,
      ratio.toFixed(2),
      ratio <= atMost,
    );
  });
}

export function targetLine(target, found, isMet) {
  return `- ${target}: ${found}, ${isMet ? 'met' : '**missed**'}`;
}
