import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { spread, targetLine } from './support/comparison.mjs';
import { measure } from './support/measure.mjs';
import { NODES, program, rowName } from './support/program.mjs';
import { alternate, median, ratios } from './support/rounds.mjs';
import { startSandbox } from './support/sandbox.mjs';

export const title = 'Transcripts: 1,000 media, 2 languages, 2 formats, from the sandbox';

const MEDIA = Number(process.env.BENCH_MEDIA || 1_000);
const FORMATS = 'vtt,srt';
const SCRIPT = fileURLToPath(new URL('./support/plain-transcripts.mjs', import.meta.url));
const ALL_AT_MOST = 1.15;
const NOTHING_NEW_AT_MOST = 1.2;
const PEAK_AT_MOST_MIB = 150;

export async function run({ folder }) {
  const sandbox = await startSandbox(folder, ['--more-media', String(MEDIA)]);
  try {
    const lines = [];
    for (const node of NODES) lines.push(...(await measureNode(node, folder, sandbox.env)));
    return lines;
  } finally {
    await sandbox.stop();
  }
}

async function measureNode(node, folder, env) {
  const target = path.join(folder, 'target');
  const record = path.join(folder, 'record.ndjson');
  const emptyTarget = () => {
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target);
  };
  const script = (...mode) => measure([node.path, SCRIPT, target, FORMATS, ...mode], { folder, env });
  const own = (...flags) => {
    const words = ['transcripts', '--all', '--as', FORMATS, '-D', target, '--quiet', ...flags];
    return measure(program(node, words), { folder, env });
  };
  const remembering = ['--record', record, '--only-new'];
  const all = await alternate({ script: () => script(), own: () => own() }, { prepare: emptyTarget });
  rmSync(record, { force: true });
  emptyTarget();
  const recorded = await own(...remembering);
  const again = await alternate({ script: () => script('lists'), own: () => own(...remembering) });
  const ratio = (results) => median(ratios(results, 'own', 'script', 'seconds'));
  const peakMiB = Math.max(...[...all.own, recorded, ...again.own].map((one) => one.peakMiB));
  const row = (name, runs) => {
    const figure = (key, digits) =>
      spread(
        runs.map((one) => one[key]),
        digits,
      );
    return `| ${name} | ${figure('seconds', 2)} | ${figure('cpuSeconds', 2)} | ${figure('peakMiB', 0)} |`;
  };
  return [
    `| ${MEDIA} media | seconds | CPU seconds | peak MiB |`,
    '|---|---|---|---|',
    row('script that saves bodies', all.script),
    row(rowName(node), all.own),
    row(rowName(node, 'with a record'), [recorded]),
    row('script that lists', again.script),
    row(rowName(node, 'nothing new'), again.own),
    '',
    targetLine(`all: at most ${ALL_AT_MOST} × the script`, ratio(all).toFixed(2), ratio(all) <= ALL_AT_MOST),
    targetLine(
      `nothing new: at most ${NOTHING_NEW_AT_MOST} × the script`,
      ratio(again).toFixed(2),
      ratio(again) <= NOTHING_NEW_AT_MOST,
    ),
    targetLine(`at most ${PEAK_AT_MOST_MIB} MiB`, peakMiB.toFixed(0), peakMiB <= PEAK_AT_MOST_MIB),
    '',
  ];
}
