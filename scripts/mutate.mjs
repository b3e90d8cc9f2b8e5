// Plants faults in a copy of the source, one at a time, and runs the tests that import the file:
// `npm run mutate -- src/http [--seed N] [--limit N] [--pause SECONDS] [--tests PATH]…`.
// `--tests` names the tests to run instead. Results are kept in the
// system's folder for temporary files, so that the same command goes on where it was stopped.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findFaults, pickFaults } from './mutate/faults.mjs';

/** For the tests without a fault; with one they get three times what they took, and a minute. */
const LONGEST_RUN_MS = 900_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    tests: { type: 'string', multiple: true },
    limit: { type: 'string', default: '60' },
    pause: { type: 'string', default: '1' },
  },
});
const [folder] = positionals;
if (folder === undefined || !existsSync(folder)) {
  process.stderr.write(
    'usage: npm run mutate -- FOLDER [--seed N] [--limit N] [--pause SECONDS] [--tests PATH]...\n',
  );
  process.exit(2);
}

const seed = Number(values.seed);
const files = readdirSync(folder, { recursive: true })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map((name) => path.join(folder, name))
  .toSorted();
const all = files.flatMap((file) => findFaults(file, readFileSync(file, 'utf8')));
const faults = pickFaults(all, seed, Number(values.limit));

const state = path.join(tmpdir(), 'streamdiver-dl-mutate');
mkdirSync(state, { recursive: true });
const results = path.join(
  state,
  `${[folder, ...(values.tests ?? [])].join('-').replaceAll(/[^a-z]+/gi, '-')}-${seed}.ndjson`,
);
const known = new Map(
  existsSync(results)
    ? readFileSync(results, 'utf8')
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
        .map((one) => [one.id, one])
    : [],
);

const copy = path.join(state, `tree-${process.pid}`);
const removeCopy = () => rmSync(copy, { recursive: true, force: true });
process.on('exit', removeCopy);
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));
const here = process.cwd();
cpSync(here, copy, {
  recursive: true,
  filter: (from) => !['node_modules', '.git'].includes(path.relative(here, from)),
});
symlinkSync(path.join(here, 'node_modules'), path.join(copy, 'node_modules'));

/** Passing or not, and in what time. A run that is stopped has caught the fault: it hangs. */
function runTests(words, timeoutMs) {
  const began = performance.now();
  const vitest = path.join(here, 'node_modules/vitest/vitest.mjs');
  const flags = ['--run', '--bail', '1', '--maxWorkers', '1', '--reporter', 'dot', '--passWithNoTests'];
  const { status, error } = spawnSync(process.execPath, [vitest, ...words, ...flags], {
    cwd: copy,
    stdio: 'ignore',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  if (error !== undefined && error.code !== 'ETIMEDOUT') throw error;
  return { passes: status === 0, tookMs: performance.now() - began };
}

/** The folder's own tests first, because they are quick; then all that import the file. */
function stagesFor(file) {
  if (values.tests !== undefined) return [['run', ...values.tests]];
  const own = path.join('test', path.relative('src', path.dirname(file)));
  return [...(existsSync(own) ? [['run', own]] : []), ['related', file]];
}

const stages = new Map();
/** Null where the tests fail without a fault: they would catch every one. */
function soundStages(file) {
  if (!stages.has(file)) {
    const runs = stagesFor(file).map((words) => ({ words, ...runTests(words, LONGEST_RUN_MS) }));
    const isSound = runs.every(({ passes }) => passes);
    stages.set(
      file,
      isSound
        ? runs.map(({ words, tookMs }) => ({ words, timeoutMs: Math.ceil(3 * tookMs) + 60_000 }))
        : null,
    );
  }
  return stages.get(file);
}

for (const fault of faults) {
  if (known.has(fault.id)) continue;
  const sound = soundStages(fault.file);
  if (sound === null) {
    process.stderr.write(`skipped  ${fault.file}: its tests fail without a fault\n`);
    continue;
  }
  const original = readFileSync(path.join(copy, fault.file), 'utf8');
  const planted = path.join(copy, fault.file);
  writeFileSync(planted, original.slice(0, fault.start) + fault.text + original.slice(fault.end));
  const isCaught = sound.some(({ words, timeoutMs }) => !runTests(words, timeoutMs).passes);
  writeFileSync(planted, original);
  const result = { ...fault, caught: isCaught };
  known.set(fault.id, result);
  appendFileSync(results, `${JSON.stringify(result)}\n`);
  process.stderr.write(
    `${result.caught ? 'caught  ' : 'SURVIVED'} ${fault.file}:${fault.line} ${fault.kind}\n`,
  );
  await sleep(Number(values.pause) * 1000);
}

const run = faults.map(({ id }) => known.get(id)).filter((one) => one !== undefined);
const caught = run.filter((one) => one.caught).length;
for (const one of run.filter((each) => !each.caught)) {
  process.stdout.write(`${one.file}:${one.line}\t${one.kind}\t${one.before} -> ${one.text}\n`);
}
process.stdout.write(`${folder}: ${caught} of ${run.length} caught (${all.length} possible, seed ${seed})\n`);
