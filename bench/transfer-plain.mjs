import { writeMedium } from './support/archive.mjs';
import { compare } from './support/comparison.mjs';
import { NODES, rowName } from './support/program.mjs';
import { mediumSizesMiB, withScene } from './support/scene.mjs';

export const title = 'Transfer alone: a file of which only the size can be checked, one connection';
export const tools = ['nginx', 'curl'];

const CURL = 'curl -o';

export function run({ folder }) {
  const [mediumMiB] = mediumSizesMiB(2048);
  const write = (file) => writeMedium(file, mediumMiB * 1_048_576);
  return withScene(folder, { write, mimeType: 'video/mp4' }, async (scene) => {
    const contenders = { [CURL]: () => scene.curl() };
    for (const node of NODES) contenders[rowName(node)] = () => scene.fetch(node, ['--connections', '1']);
    const targets = NODES.flatMap((node) => [
      { name: rowName(node), baseline: CURL, atMost: node.major === 20 ? 0.85 : 1 },
      { name: rowName(node), baseline: CURL, figure: 'cpuSeconds', atMost: 1.1 },
    ]);
    return [`${mediumMiB} MiB:`, '', ...(await compare(scene, { contenders, baseline: CURL, targets }))];
  });
}
