// Plants faults in a copy of the source, one at a time, and runs the tests that import the file:
// `npm run mutate -- src/http… [--seed N] [--limit N] [--pause SECONDS] [--tests PATH]… [--build] [--again]`.
// `--tests` names the tests to run instead, `--build` builds the program with each fault for tests that run
// it, `--again` retries survivors. Results are saved in the system's folder for temporary files, so that
// the same command continues an interrupted run.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findFaults, pickFaults } from './mutate/faults.mjs';
import { startTests } from './mutate/tests.mjs';

/** For a test file that has not passed yet. After that, its limit is twice its duration plus half a minute. */
const LONGEST_RUN_MS = 600_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    tests: { type: 'string', multiple: true },
    limit: { type: 'string', default: '60' },
    pause: { type: 'string', default: '1' },
    build: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
  },
});
if (positionals.length === 0 || !positionals.every(existsSync)) {
  process.stderr.write(
    'usage: npm run mutate -- PATH... [--seed N] [--limit N] [--pause SECONDS] [--tests PATH]... [--build] [--again]\n',
  );
  process.exit(2);
}

const seed = Number(values.seed);
const files = positionals.flatMap((place) =>
  statSync(place).isFile()
    ? [place]
    : readdirSync(place, { recursive: true })
        .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
        .map((name) => path.join(place, name))
        .toSorted(),
);
const all = files.flatMap((file) => findFaults(file, readFileSync(file, 'utf8')));
const faults = pickFaults(all, seed, Number(values.limit));

const state = path.join(tmpdir(), 'streamdiver-dl-mutate');
mkdirSync(state, { recursive: true });
const name = [...positionals, ...(values.tests ?? [])].join('-').replaceAll(/[^a-z]+/gi, '-');
const hash = createHash('sha256').update(name).digest('hex').slice(0, 12);
// A long list of tests would exceed the length of a file name.
const results = path.join(
  state,
  `${name.length > 150 ? `${name.slice(0, 100)}-${hash}` : name}-${seed}.ndjson`,
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

const tests = await startTests(copy);
process.on('exit', tests.stop);

/** Test files: those with the file's name, those in its folder, and all that import it. */
async function testsFor(file) {
  const own = path.join('test', path.relative('src', path.dirname(file)));
  const stages = [
    { paths: [path.join(own, path.basename(file, '.ts'))] },
    // Tests that run the program do not import it.
    ...(values.tests === undefined
      ? [{ paths: [own] }, { related: file }]
      : [{ paths: values.tests, ...(values.build ? {} : { related: file }) }]),
  ];
  const found = [];
  for (const stage of stages) {
    found.push(...(await tests.ask({ action: 'find', ...stage }, LONGEST_RUN_MS)));
  }
  return [...new Set(found)];
}

/** False if the program cannot be built. */
function build() {
  return spawnSync('npm', ['run', '--silent', 'build'], { cwd: copy, stdio: 'ignore' }).status === 0;
}

/** The duration of each test file when it passed. */
const took = new Map();
async function runTest(file) {
  const patienceMs = took.has(file) ? 2 * took.get(file) + 30_000 : LONGEST_RUN_MS;
  const answer = await tests.ask({ action: 'run', file }, patienceMs);
  const passes = answer?.passes === true;
  if (passes) took.set(file, answer.tookMs);
  return passes;
}

/** Whether a test file passes without a fault. One that fails would catch every fault. */
const sound = new Map();
async function isSound(file) {
  if (!sound.has(file)) {
    sound.set(file, await runTest(file));
    if (!sound.get(file)) process.stderr.write(`left out ${file}: it fails without a fault\n`);
  }
  return sound.get(file);
}

/** Whether a test file has the name of a source file, or starts with it. */
function isNamedAfter(file, testFile) {
  return path.basename(testFile).startsWith(path.basename(file, '.ts'));
}

/** Test files with the file's name first, then the fastest ones. */
function inOrder(testFiles, file) {
  const rank = (one) => (isNamedAfter(file, one) ? 0 : 1);
  const tookMs = (one) => took.get(one) ?? 0;
  return testFiles.toSorted((one, other) => rank(one) - rank(other) || tookMs(one) - tookMs(other));
}

/** Returns the test that catches a fault, or null. A test that hangs counts as catching it. */
async function catcherOf(fault, testFiles) {
  const original = readFileSync(path.join(copy, fault.file), 'utf8');
  const write = async (text) => {
    writeFileSync(path.join(copy, fault.file), text);
    await tests.ask({ action: 'changed', file: fault.file }, LONGEST_RUN_MS);
    return !values.build || build();
  };
  const plant = () => write(original.slice(0, fault.start) + fault.text + original.slice(fault.end));
  // Most faults are caught by these. A fault that loops forever needs their duration as a limit.
  for (const file of testFiles.filter((one) => isNamedAfter(fault.file, one))) await isSound(file);
  try {
    if (!(await plant())) return 'build';
    for (const file of inOrder(testFiles, fault.file)) {
      if (sound.get(file) === false || (await runTest(file))) continue;
      await write(original);
      const passesOtherwise = await isSound(file);
      await plant();
      // A flaky failure, such as on a busy machine, must not count.
      if (passesOtherwise && !(await runTest(file))) return file;
    }
    return null;
  } finally {
    await write(original);
  }
}

const testsOf = new Map();
for (const fault of faults) {
  const before = known.get(fault.id);
  if (before !== undefined && (before.caught || !values.again)) continue;
  if (!testsOf.has(fault.file)) testsOf.set(fault.file, await testsFor(fault.file));
  const by = await catcherOf(fault, testsOf.get(fault.file));
  const result = { ...fault, caught: by !== null, by };
  known.set(fault.id, result);
  appendFileSync(results, `${JSON.stringify(result)}\n`);
  const ending = by === null ? 'SURVIVED' : 'caught  ';
  process.stderr.write(
    `${ending} ${fault.file}:${fault.line} ${fault.kind}${by === null ? '' : ` by ${by}`}\n`,
  );
  await sleep(Number(values.pause) * 1000);
}

const run = faults.map(({ id }) => known.get(id)).filter((one) => one !== undefined);
const caught = run.filter((one) => one.caught).length;
for (const one of run.filter((each) => !each.caught)) {
  process.stdout.write(`${one.file}:${one.line}\t${one.kind}\t${one.before} -> ${one.text}\n`);
}
process.stdout.write(
  `${positionals.join(' ')}: ${caught} of ${run.length} caught (${all.length} possible, seed ${seed})\n`,
);
tests.stop();
