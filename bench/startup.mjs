import path from 'node:path';
import { spread, targetLine } from './support/comparison.mjs';
import { quote, timesOf } from './support/hyperfine.mjs';
import { measure } from './support/measure.mjs';
import { NODES, program } from './support/program.mjs';
import { alternate, median } from './support/rounds.mjs';
import { createPackage, firstMediaId, startSandbox } from './support/sandbox.mjs';

export const title = 'Start-up: from the key to the answer, against bare Node';
export const tools = ['hyperfine'];

const RUNS = Number(process.env.BENCH_ROUNDS || 30);
const BARE = 'node -e 0';
const BARE_IN_TERMINAL = 'node -e 0 in a terminal';
const STATUS = 'status ID, local server';
const WRONG_FLAG = 'a wrong flag';
const TRANSCRIPTS = 'transcripts ID --as vtt, into a new folder';
const LIST = 'list, as a table in a terminal';

/** Maximum time as a multiple of bare Node's: with Node 20, and with newer versions. */
const AT_MOST = {
  '--version': [1.45, 1.4],
  '--help': [1.55, 1.45],
  [WRONG_FLAG]: [1.55, 1.45],
  'ids to complete, from the cache': [1.6, 1.5],
  [STATUS]: [6, 2.7],
};
const LIST_OVER_STATUS = 0.6;
const TRANSCRIPTS_OVER_STATUS = 1.3;
const PEAK_RATIO = 1.6;

export async function run({ folder }) {
  const sandbox = await startSandbox(folder);
  const { env } = sandbox;
  try {
    const ids = { id: createPackage(env), mediaId: firstMediaId(env) };
    const lines = [];
    for (const node of NODES) lines.push(...(await measureNode(node, { ...ids, folder, env })));
    return lines;
  } finally {
    await sandbox.stop();
  }
}

async function measureNode(node, { id, mediaId, folder, env }) {
  const bare = [node.path, '-e', '0'];
  const status = program(node, ['status', id]);
  const commands = {
    [BARE]: bare,
    '--version': program(node, ['--version']),
    '--help': program(node, ['--help']),
    [WRONG_FLAG]: program(node, ['status', '--wrong']),
    // The warm-up runs ask the server. All others follow within 30 s, while the cache is valid.
    'ids to complete, from the cache': program(node, ['__complete', 'zsh', '--', 'fetch', '']),
    [STATUS]: status,
    [TRANSCRIPTS]: inNewFolder(path.join(folder, 'transcripts'), (target) =>
      program(node, ['transcripts', mediaId, '--as', 'vtt', '-D', target]),
    ),
    [BARE_IN_TERMINAL]: inTerminal(bare),
    [LIST]: inTerminal(program(node, ['list'])),
  };
  const times = timesOf(commands, { folder, env, runs: RUNS, exitCodes: { [WRONG_FLAG]: 2 } });
  const baseline = median(times[BARE]);
  // The overhead of the terminal is subtracted from both.
  const terminalSeconds = median(times[BARE_IN_TERMINAL]) - baseline;
  const ratios = Object.fromEntries(
    Object.entries(times).map(([name, values]) => {
      const ownSeconds = name === LIST ? terminalSeconds : 0;
      return [name, values.map((seconds) => (seconds - ownSeconds) / baseline)];
    }),
  );
  const peaks = await alternate(
    { bare: () => measure(bare, { folder, env }), status: () => measure(status, { folder, env }) },
    { rounds: Math.min(RUNS, 5) },
  );
  return [
    `${node.name}:`,
    '',
    `| what | ms | × ${BARE} |`,
    '|---|---|---|',
    ...Object.keys(commands).map(
      (name) => `| ${name} | ${(median(times[name]) * 1000).toFixed(0)} | ${spread(ratios[name])} |`,
    ),
    '',
    ...timeTargets(node, ratios),
    ...peakLines(node, peaks),
    '',
  ];
}

/** Runs a command with a folder of its own each time. The shell replaces itself with the program. */
function inNewFolder(parent, command) {
  const target = `${parent}-$$`;
  return [
    'sh',
    '-c',
    `exec ${command(target)
      .map((word) => (word === target ? word : quote(word)))
      .join(' ')}`,
  ];
}

function inTerminal(words) {
  return ['script', '--quiet', '--return', '--command', words.map(quote).join(' '), '/dev/null'];
}

function timeTargets({ major }, ratios) {
  const limits = Object.entries(AT_MOST).map(([name, [on20, onNewer]]) => [
    name,
    major === 20 ? on20 : onNewer,
  ]);
  const status = median(ratios[STATUS]);
  limits.push([LIST, status + LIST_OVER_STATUS], [TRANSCRIPTS, status * TRANSCRIPTS_OVER_STATUS]);
  return limits.map(([name, atMost]) => {
    const ratio = median(ratios[name]);
    return targetLine(`${name} ≤ ${atMost.toFixed(2)} × ${BARE}`, ratio.toFixed(2), ratio <= atMost);
  });
}

/** Node 20 has no target: undici's parser alone takes as much as newer versions need in total. */
function peakLines({ major }, { bare, status }) {
  const [bareMiB, statusMiB] = [bare, status].map((runs) => median(runs.map(({ peakMiB }) => peakMiB)));
  const found = `${(statusMiB / bareMiB).toFixed(2)} (${statusMiB.toFixed(0)} of ${bareMiB.toFixed(0)} MiB)`;
  if (major === 20) return [`- peak memory of status, × ${BARE}: ${found}`];
  const isMet = statusMiB <= PEAK_RATIO * bareMiB;
  return [targetLine(`peak memory of status ≤ ${PEAK_RATIO} × ${BARE}`, found, isMet)];
}
