import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { writeEntries } from './archive.mjs';
import { compare } from './comparison.mjs';
import { dropCaches } from './drop-caches.mjs';
import { NODES, rowName } from './program.mjs';
import { withScene } from './scene.mjs';

const UNPACK = fileURLToPath(new URL('./unpack.mjs', import.meta.url));

export const tools = ['nginx', 'unzip', '7z', 'bsdtar'];

/**
 * Runs the programs in turns on an archive with `entries`. Ours runs twice: only unpacking, like the others, and
 * the whole `fetch -x`, which first verifies the local archive against the description of the service.
 * `limits` compare only unpacking with other programs. `dropsCaches` calls dropCaches() before
 * each run.
 */
export async function unpackWithEach(folder, { what, entries, limits, dropsCaches = false }) {
  const unpack = path.join(folder, 'unpack.mjs');
  await build({ input: UNPACK, platform: 'node', output: { file: unpack } });
  return withScene(folder, { write: (file) => writeEntries(file, entries) }, async (scene) => {
    const { target, archive } = scene;
    const contenders = {
      unzip: () => scene.run(['unzip', '-q', archive, '-d', target]),
      '7z': () => scene.run(['7z', 'x', '-y', '-bd', `-o${target}`, archive]),
      // Matches our guarantee that large files are synced to the disk at the end.
      '7z && sync': () => scene.run(['sh', '-c', '7z x -y -bd "-o$1" "$0" && sync', archive, target]),
      bsdtar: () => scene.run(['bsdtar', '-xf', archive, '-C', target]),
    };
    for (const node of NODES) {
      contenders[alone(node)] = () => scene.run([node.path, unpack, archive, target]);
      contenders[asCommand(node)] = () => scene.runProgram(node, ['fetch', 'bench', '-x', '-D', target]);
    }
    const targets = NODES.flatMap((node) => [
      ...Object.entries(limits).map(([baseline, atMost]) => ({ name: alone(node), baseline, atMost })),
      { name: alone(node), figure: 'peakMiB', atMost: 200 },
      { name: asCommand(node), figure: 'peakMiB', atMost: 200 },
    ]);
    const prepare = () => {
      scene.removeTarget();
      mkdirSync(target);
      if (dropsCaches) {
        execFileSync('sync');
        dropCaches(archive);
      }
      // As left by an earlier `fetch`; a hard link costs nothing.
      linkSync(archive, path.join(target, 'bench.zip'));
    };
    return [`${what}:`, '', ...(await compare(scene, { contenders, baseline: 'unzip', targets, prepare }))];
  });
}

function alone(node) {
  return rowName(node, 'unpacking alone');
}

function asCommand(node) {
  return rowName(node, 'fetch -x');
}
