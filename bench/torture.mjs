import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { targetLine } from './support/comparison.mjs';
import { packersMatrix, twistsMatrix } from './support/packers-matrix.mjs';
import { NODES } from './support/program.mjs';
import { comparedTables, soakTable } from './support/torture-tables.mjs';

export const title = 'Torture: kills, replaced objects, races, a failing disk';
export const tools = ['strace'];

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * Runs the scenarios of test/torture in full, or the named one; the test suite runs a sample of each. `--seed N`
 * repeats an earlier run. `--report FILE` saves the results to that file; `packers` continues from the results of
 * an interrupted run in it. TORTURE_MINUTES is the duration of
 * `soak` (10 by default).
 */
export function run({ folder, args }) {
  const { values, positionals } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      report: { type: 'string', default: path.join(folder, 'report.ndjson') },
    },
    allowPositionals: true,
  });
  const reportPath = path.resolve(values.report);
  const files =
    positionals.length > 0 ? positionals.map((name) => `test/torture/${name}.test.ts`) : ['test/torture/'];
  const flags = ['run', '--no-file-parallelism', '--reporter=verbose', ...files];
  const { status } = spawnSync(NODES[0].path, ['node_modules/vitest/vitest.mjs', ...flags], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: folder, TORTURE_SEED: values.seed, TORTURE_REPORT: reportPath },
    // Only the table goes to standard output.
    stdio: ['ignore', 2, 2],
  });
  if (!existsSync(reportPath)) throw new Error('no scenario came to its end');
  process.exitCode = status ?? 1;
  const reports = readFileSync(reportPath, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const packers = reports.flatMap(({ packer }) => packer ?? []);
  const twists = reports.findLast((report) => report.twists)?.twists;
  const compared = reports.flatMap((report) => report.compared ?? []);
  const tallies = reports.filter((report) => report.scenario !== undefined);
  const matrix = [
    ...(packers.length > 0 ? packersMatrix(packers) : []),
    ...(twists === undefined ? [] : twistsMatrix(twists)),
    ...comparedTables(compared),
    ...reports.flatMap(({ soak }) => (soak === undefined ? [] : soakTable(soak))),
  ];
  if (tallies.length === 0) return matrix;
  return [
    ...matrix,
    ...(matrix.length > 0 ? [''] : []),
    `Seed ${values.seed}:`,
    '',
    '| scenario | runs | wrong file | false success | wrong exit code | stuck | orphans | fetched again, at most |',
    '|---|---|---|---|---|---|---|---|',
    ...tallies.map(formatTally),
    '',
    targetLine(
      'all but the runs 0, at most 8 MiB fetched again for one kill',
      `status ${status}`,
      status === 0,
    ),
  ];
}

/** Those that have tables of their own. */
const SECTIONS = {
  packers: 'Archives of real packers',
  twists: 'Archives of odd shapes',
  compared: 'Beside other programs',
  soak: 'A soak',
};

/** The section of a document for the named scenarios, if there is one. */
export function section(names) {
  const [name] = names.filter((each) => each in SECTIONS);
  return name === undefined ? {} : { document: 'reliability.md', name, title: SECTIONS[name] };
}

function formatTally(tally) {
  const { scenario, runs, corrupt, falseSuccess, wrongExit, stuck, orphans, refetchedMaxBytes } = tally;
  const refetched = refetchedMaxBytes === null ? '' : `${(refetchedMaxBytes / 1_048_576).toFixed(2)} MiB`;
  return `| ${[scenario, runs, corrupt, falseSuccess, wrongExit, stuck, orphans, refetched].join(' | ')} |`;
}
