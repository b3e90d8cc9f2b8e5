import { linkSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { mediumAndSmallFiles, smallFiles, words, writeEntries } from './support/archive.mjs';
import { compare } from './support/comparison.mjs';
import { NODES, rowName } from './support/program.mjs';
import { mediumSizesMiB, withScene } from './support/scene.mjs';

export const title = 'Unpacking an archive that is here, every checksum verified';
export const tools = ['nginx', 'unzip', '7z', 'bsdtar'];

const MIB = 1_048_576;
const UNPACK = fileURLToPath(new URL('./support/unpack.mjs', import.meta.url));

export async function run({ folder }) {
  const unpack = path.join(folder, 'unpack.mjs');
  await build({ input: UNPACK, platform: 'node', output: { file: unpack } });
  const [mediumMiB] = mediumSizesMiB(1024);
  const textMiB = mediumMiB / 2;
  const sections = [
    await unpackWithEach(folder, {
      unpack,
      what: `${mediumMiB} MiB of stored media and 1,000 small files`,
      entries: mediumAndSmallFiles(mediumMiB),
      limits: { unzip: 0.6, '7z': 1.2 },
    }),
    await unpackWithEach(folder, {
      unpack,
      what: `${textMiB} MiB of deflated text in files of 8 MiB`,
      entries: texts(textMiB / 8),
      limits: { unzip: 1.1, '7z': 1.1, bsdtar: 1.1 },
    }),
    await unpackWithEach(folder, {
      unpack,
      what: '70,000 files',
      entries: smallFiles(70_000, 16),
      limits: { unzip: 1.5 },
    }),
  ];
  return sections.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function texts(count) {
  const block = words(MIB);
  return Array.from({ length: count }, (_, index) => ({
    path: `texts/${index}.txt`,
    sizeBytes: 8 * MIB,
    block,
    isDeflated: true,
  }));
}

/**
 * The programs in turns; of ours unpacking alone, which is what the others do, and `fetch -x` as a whole,
 * which verifies the archive that is here against what the service says before it unpacks it.
 */
function unpackWithEach(folder, { unpack, what, entries, limits }) {
  return withScene(folder, { write: (file) => writeEntries(file, entries) }, async (scene) => {
    const { target, archive } = scene;
    const contenders = {
      unzip: () => scene.run(['unzip', '-q', archive, '-d', target]),
      '7z': () => scene.run(['7z', 'x', '-y', '-bd', `-o${target}`, archive]),
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
      // As an earlier `fetch` left it; a second name costs nothing.
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
