import { alternate, median, ratios } from './rounds.mjs';

const GIB = 1_073_741_824;

/** The figures measured for each run. */
const FIGURES = {
  seconds: { what: 'wall time', unit: 's', digits: 2 },
  cpuSeconds: { what: 'CPU time', unit: 's', digits: 2 },
  peakMiB: { what: 'peak memory', unit: 'MiB', digits: 0 },
  wireKiB: { what: 'on the wire', unit: 'KiB', digits: 0 },
  requests: { what: 'requests', unit: '', digits: 0 },
};

/** Runs the contenders in turns on one scene. Returns the table, and whether the targets are met. */
export async function compare(scene, { contenders, baseline, targets, prepare = scene.removeTarget }) {
  const results = await alternate(contenders, { prepare });
  return [
    ...comparisonTable(results, { baseline, sizeBytes: scene.sizeBytes }),
    '',
    ...targetLines(results, targets),
  ];
}

/** The same without a comparison: the named figures of each contender. */
export async function measureFigures(scene, { contenders, figures, targets }) {
  const results = await alternate(contenders, { prepare: scene.removeTarget });
  return [...figuresTable(results, figures), '', ...targetLines(results, targets)];
}

/** One row per contender, one column per figure. */
function figuresTable(results, figures) {
  const headings = figures.map((figure) => `${FIGURES[figure].what} ${FIGURES[figure].unit}`.trim());
  return [
    `| what | ${headings.join(' | ')} |`,
    `|---|${'---|'.repeat(figures.length)}`,
    ...Object.entries(results).map(([name, runs]) => {
      const cells = figures.map((figure) =>
        spread(
          runs.map((run) => run[figure]),
          FIGURES[figure].digits,
        ),
      );
      return `| ${[name, ...cells].join(' | ')} |`;
    }),
  ];
}

/** Wall time, CPU time, and memory of all contenders, with times relative to the baseline. */
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

/** The median, with the minimum and maximum in brackets. */
export function spread(values, digits = 2) {
  const [middle, least, greatest] = [median(values), Math.min(...values), Math.max(...values)];
  return `${middle.toFixed(digits)} (${least.toFixed(digits)}–${greatest.toFixed(digits)})`;
}

/**
 * One line per target: the maximum of `figure` of `name` as a multiple of `baseline`, or without one, in the
 * unit of the figure.
 */
function targetLines(results, targets) {
  return targets.map(({ name, figure = 'seconds', baseline, atMost }) => {
    const { what, unit, digits } = FIGURES[figure];
    if (baseline === undefined) {
      const found = median(results[name].map((run) => run[figure]));
      return targetLine(
        `${name}: ${what} ≤ ${`${atMost.toFixed(digits)} ${unit}`.trim()}`,
        found.toFixed(digits),
        found <= atMost,
      );
    }
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
