import { compare } from './support/comparison.mjs';
import { NODES, rowName } from './support/program.mjs';
import { mediumSizesMiB, withScene } from './support/scene.mjs';

export const title = 'Transfer as users run it: synced to the disk, every checksum of the archive verified';
export const tools = ['nginx', 'curl', 'unzip'];

const CURL = 'curl -o';
const CURL_AND_TEST = 'curl -o && sync && unzip -tq';
const SCRIPT = 'curl -sf -o "$1" "$2" && sync "$1" && unzip -tq "$1"';

export function run({ folder }) {
  const [mediumMiB] = mediumSizesMiB(2048);
  return withScene(folder, { mediumMiB }, async (scene) => {
    const contenders = {
      [CURL]: () => scene.curl(),
      [CURL_AND_TEST]: () => scene.run(['sh', '-c', SCRIPT, 'sh', scene.target, scene.url]),
    };
    for (const node of NODES) {
      contenders[oneConnection(node)] = () => scene.fetch(node, ['--connections', '1']);
      contenders[rowName(node)] = () => scene.fetch(node);
    }
    const targets = NODES.flatMap((node) => [
      { name: oneConnection(node), baseline: CURL, atMost: 1.15 },
      { name: oneConnection(node), baseline: CURL_AND_TEST, atMost: 0.7 },
      { name: rowName(node), baseline: CURL, atMost: 1.05 },
    ]);
    return [`${mediumMiB} MiB:`, '', ...(await compare(scene, { contenders, baseline: CURL, targets }))];
  });
}

function oneConnection(node) {
  return rowName(node, 'one connection');
}
