import { spread, targetLine } from './support/comparison.mjs';
import { timesOf } from './support/hyperfine.mjs';
import { NODES, program } from './support/program.mjs';
import { median } from './support/rounds.mjs';
import { createPackage, startSandbox } from './support/sandbox.mjs';

export const title = 'Completion: from the Tab to the answer';
export const tools = ['hyperfine'];

const RUNS = Number(process.env.BENCH_ROUNDS || 30);
const AT_MOST_MS = 150;
const FROM_CACHE = 'an id, from the cache';

export async function run({ folder }) {
  const sandbox = await startSandbox(folder);
  try {
    createPackage(sandbox.env);
    return NODES.flatMap((node) => measureNode(node, { folder, env: sandbox.env }));
  } finally {
    await sandbox.stop();
  }
}

function measureNode(node, { folder, env }) {
  const complete = (...words) => program(node, ['__complete', 'zsh', '--', ...words]);
  const commands = {
    'node -e 0': [node.path, '-e', '0'],
    'a flag, from the command tree': complete('fetch', '--'),
    // The warm-up runs ask the server. All others follow within 30 s, while the cache is valid.
    [FROM_CACHE]: complete('fetch', ''),
  };
  const times = timesOf(commands, { folder, env, runs: RUNS });
  const milliseconds = (name) => times[name].map((seconds) => seconds * 1000);
  const middle = median(milliseconds(FROM_CACHE));
  return [
    `${node.name}:`,
    '',
    '| what | ms |',
    '|---|---|',
    ...Object.keys(commands).map((name) => `| ${name} | ${spread(milliseconds(name), 0)} |`),
    '',
    targetLine(`${FROM_CACHE} ≤ ${AT_MOST_MS} ms`, `${middle.toFixed(0)} ms`, middle <= AT_MOST_MS),
    '',
  ];
}
