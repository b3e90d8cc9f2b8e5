import { openSync, readSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import {
  mediumAndSmallFiles,
  randomEntry,
  smallFiles,
  words,
  writeEntries,
  writeSparse,
  zeroEntry,
} from './support/archive.mjs';
import { compare, measureFigures, targetLine } from './support/comparison.mjs';
import { watchDisk } from './support/disk-peak.mjs';
import { NODES, rowName } from './support/program.mjs';
import { mediumSizesMiB, withScene } from './support/scene.mjs';

export const title = 'Archives behind HTTP: only what is wanted, and unpacked without a second copy';
export const tools = ['nginx', 'curl', 'unzip'];

const MIB = 1_048_576;
const CURL_AND_UNZIP = 'curl, then unzip';
const SCRIPT = 'mkdir "$1" && curl -sf -o "$1/zip" "$2" && unzip -q "$1/zip" -d "$1" && rm "$1/zip"';

export async function run({ folder }) {
  const [mediumMiB] = mediumSizesMiB(1024);
  const sections = [
    await oneSmallEntry(folder),
    await manyTranscripts(folder, mediumMiB),
    await unpackEverything(folder, mediumMiB),
    await listMany(folder),
  ];
  return sections.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function oneSmallEntry(folder) {
  const entries = [
    zeroEntry('recording/one.mp4', 2500 * MIB),
    { path: 'recording/one.srt', content: words(10_240) },
    zeroEntry('recording/two.mp4', 2500 * MIB),
  ];
  return withScene(folder, countedScene(entries, writeSparse), async (scene) => [
    'One entry of 10 KB out of an archive of 5 GB, all requests to the API counted as well:',
    '',
    ...(await measureEach(scene, ['fetch', 'bench', '--include', 'one.srt', '-D', scene.target], {
      wireKiB: 1024,
      requests: 5,
      peakMiB: 200,
    })),
  ]);
}

const TRANSCRIPTS = 1000;

function manyTranscripts(folder, mediumMiB) {
  const medium = randomEntry('', Math.round((mediumMiB * MIB) / TRANSCRIPTS));
  const transcripts = smallFiles(TRANSCRIPTS, 5120);
  const entries = transcripts.flatMap((transcript, index) => [
    { ...medium, path: `media/${index}.mp4` },
    transcript,
  ]);
  return withScene(folder, countedScene(entries, writeEntries), async (scene) => {
    const packedBytes = transcripts.reduce((sum, { content }) => sum + deflateRawSync(content).length, 0);
    const packedKiB = Math.round(packedBytes / 1024);
    return [
      `${TRANSCRIPTS} transcripts of 5 KB (${packedKiB} KiB packed), each behind ${(medium.sizeBytes / 1024).toFixed(0)} KiB of a medium that is not wanted, so that no two can share a request:`,
      '',
      ...(await measureEach(scene, ['fetch', 'bench', '--include', '*.srt', '-D', scene.target], {
        // Up to 64 KiB may be read per gap to merge requests, but all gaps here are wider.
        wireKiB: (1.3 * packedBytes + directoryBytes(scene)) / 1024,
        seconds: 1.5,
        peakMiB: 200,
      })),
    ];
  });
}

function unpackEverything(folder, mediumMiB) {
  const write = (file) => writeEntries(file, mediumAndSmallFiles(mediumMiB));
  return withScene(folder, { write }, async (scene) => {
    const unpack = (node) => scene.runProgram(node, ['fetch', 'bench', '-x', '-D', scene.target]);
    const contenders = {
      [CURL_AND_UNZIP]: () => scene.run(['sh', '-c', SCRIPT, 'sh', scene.target, scene.url]),
    };
    for (const node of NODES) contenders[rowName(node)] = () => unpack(node);
    const targets = NODES.map((node) => rowName(node)).flatMap((name) => [
      { name, baseline: CURL_AND_UNZIP, atMost: 0.8 },
      { name, figure: 'peakMiB', atMost: 200 },
    ]);
    const table = await compare(scene, { contenders, baseline: CURL_AND_UNZIP, targets });
    scene.removeTarget();
    const { peakMiB, finalMiB } = await watchDisk(scene.target, () => unpack(NODES[0]));
    const share = peakMiB / finalMiB;
    return [
      `-x of ${mediumMiB} MiB of stored media and 1,000 small files:`,
      '',
      ...table,
      targetLine('peak on the disk ≤ 1.05 × what is there in the end', share.toFixed(2), share <= 1.05),
    ];
  });
}

const MANY = 70_000;

function listMany(folder) {
  return withScene(folder, countedScene(smallFiles(MANY, 16), writeEntries), async (scene) => [
    `contents of ${MANY} entries:`,
    '',
    ...(await measureEach(scene, ['contents', 'bench', '--json'], { seconds: 2, peakMiB: 200 })),
  ]);
}

function countedScene(entries, writer) {
  return { write: (file) => writer(file, entries), countsTraffic: true };
}

/** Runs the program under each Node, and compares the results with limits. */
function measureEach(scene, args, limits) {
  const contenders = Object.fromEntries(
    NODES.map((node) => [
      rowName(node),
      async () => {
        const run = await scene.runProgram(node, args);
        return { ...run, ...scene.takeTraffic() };
      },
    ]),
  );
  const targets = Object.keys(contenders).flatMap((name) =>
    Object.entries(limits).map(([figure, atMost]) => ({ name, figure, atMost })),
  );
  const figures = ['seconds', 'cpuSeconds', 'peakMiB', 'requests', 'wireKiB'];
  return measureFigures(scene, { contenders, figures, targets });
}

/** APPNOTE 4.3.16: without a comment, the size of the directory is at offset 12 of the last 22 bytes. */
function directoryBytes({ archive, sizeBytes }) {
  const end = Buffer.alloc(22);
  readSync(openSync(archive), end, 0, end.length, sizeBytes - end.length);
  return end.readUInt32LE(12);
}
