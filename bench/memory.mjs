import { spread, targetLine } from './support/comparison.mjs';
import { NODES } from './support/program.mjs';
import { alternate, median } from './support/rounds.mjs';
import { mediumSizesMiB, withScene } from './support/scene.mjs';

export const title = 'Memory: the same for a small and for a large archive';
export const tools = ['nginx'];

const ATMOST_APART_MIB = 8;

export async function run({ folder }) {
  const sizesMiB = mediumSizesMiB(1024, 8192);
  const peaks = Object.fromEntries(NODES.map(({ name }) => [name, []]));
  for (const mediumMiB of sizesMiB) {
    const results = await fetchWithEach(folder, mediumMiB);
    for (const [name, runs] of Object.entries(results)) peaks[name].push(runs.map(({ peakMiB }) => peakMiB));
  }
  return [
    `| peak MiB | ${sizesMiB.map((size) => `${size} MiB`).join(' | ')} |`,
    `|---|${'---|'.repeat(sizesMiB.length)}`,
    ...NODES.map(({ name }) => `| ${name} | ${peaks[name].map((values) => spread(values, 0)).join(' | ')} |`),
    '',
    ...NODES.flatMap((node) => targetsOf(node, peaks[node.name].map(median))),
  ];
}

/** Memory needs no warm-up, and a large archive takes long. */
function fetchWithEach(folder, mediumMiB) {
  return withScene(folder, { mediumMiB }, (scene) => {
    const contenders = Object.fromEntries(NODES.map((node) => [node.name, () => scene.fetch(node)]));
    return alternate(contenders, { prepare: scene.removeTarget, warmUp: 0 });
  });
}

function targetsOf({ name, major }, medians) {
  const atMostMiB = major === 20 ? 150 : 180;
  const peakMiB = Math.max(...medians);
  const apartMiB = peakMiB - Math.min(...medians);
  return [
    targetLine(`${name}: at most ${atMostMiB} MiB`, peakMiB.toFixed(0), peakMiB <= atMostMiB),
    targetLine(
      `${name}: within ${ATMOST_APART_MIB} MiB of each other`,
      apartMiB.toFixed(1),
      apartMiB <= ATMOST_APART_MIB,
    ),
  ];
}
