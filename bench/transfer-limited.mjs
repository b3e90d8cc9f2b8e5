import { compare } from './support/comparison.mjs';
import { NODES, rowName } from './support/program.mjs';
import { mediumSizesMiB, withScene } from './support/scene.mjs';

export const title = 'Several connections to a server that gives each request 10 MiB/s';
export const tools = ['nginx', 'aria2'];

const BYTES_PER_SECOND = 10_485_760;

export function run({ folder }) {
  const [mediumMiB] = mediumSizesMiB(512);
  return withScene(folder, { mediumMiB, bytesPerSecond: BYTES_PER_SECOND }, async (scene) => [
    `${mediumMiB} MiB:`,
    '',
    ...(await compareWith(4, scene, folder)),
    '',
    ...(await compareWith(8, scene, folder)),
  ]);
}

function compareWith(count, scene, folder) {
  const aria2 = `aria2 -x ${count}`;
  const flags = ['-q', '-x', `${count}`, '-s', `${count}`, '-k', '8M', '-d', folder, '-o', 'target'];
  const nameOf = (node) => rowName(node, `${count} connections`);
  const contenders = { [aria2]: () => scene.run(['aria2c', ...flags, scene.url]) };
  for (const node of NODES) contenders[nameOf(node)] = () => scene.fetch(node, ['--connections', `${count}`]);
  const targets = NODES.map((node) => ({ name: nameOf(node), baseline: aria2, atMost: 1 }));
  return compare(scene, { contenders, baseline: aria2, targets });
}
