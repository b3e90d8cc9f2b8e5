import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eachAtOnce } from '../../src/task-pool.ts';
import { pseudoRandom } from '../support/bytes.ts';
import { type BinaryRun, startBinary } from '../support/process/run-binary.ts';
import { makePlace, type RunPlace } from '../support/process/run-place.ts';
import { describeRun, fail } from '../support/process/run-result.ts';
import { listTree } from '../support/temp-folder.ts';
import { reportSoak, SEED, scaled } from './scale.ts';
import { removePlace } from './tally.ts';

const MINUTES = Number(process.env['TORTURE_MINUTES'] ?? 10);
const LASTS_MS = scaled({ sample: 5_000, full: MINUTES * 60_000 });
const AT_ONCE = 2;
/** Nightly runs in the same folder. */
const NIGHTS = 3;
/** Longer than most commands take. */
const LONGEST_MS = 2_000;
const DEADLINE_MS = 60_000;
const ATTEMPTS = 5;

/** Faults that recur for every package and every run, so that they last as long as the sandbox. */
const SANDBOXES: readonly (readonly string[])[] = [
  ['--fault', 'cut=3000', '--fault', 'url-expires=2s'],
  ['--fault', 'flip-bit=2000', '--fault', 'api-slow=20ms'],
  ['--fault', 'file-status=503,1', '--fault', 'cut=4000,2', '--dialect', 'laravel'],
];
/** Leaves room for the ups and downs of garbage collection. */
const SPARE_MIB = 24;
const SPARE_FILES = 16;

interface Sandbox {
  readonly run: BinaryRun;
  readonly env: Readonly<Record<string, string>>;
}

interface Sample {
  readonly residentMiB: number;
  readonly openFiles: number;
}

interface Soak {
  runs: number;
  kills: number;
  nights: number;
  readonly problems: string[];
}

test.runIf(process.platform === 'linux')(
  `leaks no memory, files, or descriptors in a long mix of runs and kills (seed ${SEED})`,
  { timeout: LASTS_MS + 240_000 },
  async () => {
    const random = pseudoRandom(SEED);
    const next = () => random() / 2 ** 32;
    const sandboxes = await Promise.all(SANDBOXES.map(startSandbox));
    const waiting = await startWaiting();
    const watched = [...sandboxes.map(({ run }) => run), waiting];
    const samples: Sample[][] = watched.map(() => []);
    const soak: Soak = { runs: 0, kills: 0, nights: 0, problems: [] };
    const endMs = performance.now() + LASTS_MS;
    await eachAtOnce(untilTime(endMs), AT_ONCE, async (index) => {
      const sandbox = sandboxes[index % sandboxes.length];
      if (sandbox !== undefined) await work(soak, sandbox, next);
      for (const [each, run] of watched.entries()) samples[each]?.push(sampleOf(run.pid));
    });
    const growth = samples.map(growthOf);
    waiting.kill('SIGINT');
    for (const { run } of sandboxes) run.kill('SIGTERM');
    const ends = await Promise.all(watched.map(({ result }) => result));
    for (const { temp } of ends) expect(listTree(temp)).toEqual([]);
    reportSoak({ ...soak, minutes: LASTS_MS / 60_000, growth });
    expect(soak.problems).toEqual([]);
    expect(soak.runs).toBeGreaterThan(0);
    for (const { residentMiB, openFiles } of growth) {
      expect(residentMiB).toBeLessThanOrEqual(SPARE_MIB);
      expect(openFiles).toBeLessThanOrEqual(SPARE_FILES);
    }
  },
);

function* untilTime(endMs: number): Generator<number> {
  for (let index = 0; performance.now() < endMs; index += 1) yield index;
}

async function startSandbox(flags: readonly string[]): Promise<Sandbox> {
  const args = ['sandbox', '--prepare', '1s', '--more-media', '30', ...flags];
  const run = startBinary(args, { deadlineMs: LASTS_MS + 200_000, token: null, withoutJsonCheck: true });
  await run.waitFor(/"clientSecret"/);
  const { url, token }: { url: string; token: string } = JSON.parse(run.stdout().split('\n')[0] ?? '');
  return { run, env: { STREAMDIVER_API_URL: url, STREAMDIVER_TOKEN: token } };
}

/** A client that polls during the whole soak. */
async function startWaiting(): Promise<BinaryRun> {
  const sandbox = await startSandbox(['--fault', 'never-ready']);
  const mediaId = await firstMediaId(sandbox, makePlace());
  const create = startBinary(['create', '-m', mediaId], { env: sandbox.env, token: null });
  const id = (await create.result).stdout.trim();
  return startBinary(['status', id, '--wait', '--timeout', '1d', '--interval', '1s'], {
    env: sandbox.env,
    token: null,
    deadlineMs: LASTS_MS + 200_000,
  });
}

async function firstMediaId({ env }: Sandbox, place: RunPlace): Promise<string> {
  const { result } = startBinary(['media', 'list', '--format', 'id'], { place, env, token: null });
  return (await result).stdout.split('\n')[0] ?? '';
}

/** Runs a few nights in one folder, or creates, fetches, and deletes a package. Some commands are killed. */
async function work(soak: Soak, sandbox: Sandbox, random: () => number): Promise<void> {
  const place = makePlace();
  if (random() < 0.5) {
    for (let night = 0; night < NIGHTS; night += 1) {
      await perform(soak, ['transcripts', '--all', '--as', 'vtt', '-D', 'out', '--only-new'], {
        sandbox,
        place,
        random,
      });
      soak.nights += 1;
    }
  } else {
    const id = await createPackage(sandbox, place);
    const flags = random() < 0.5 ? ['-x'] : [];
    await perform(soak, ['fetch', id, '-D', 'out', ...flags], { sandbox, place, random });
    await perform(soak, ['fetch', id, '-D', 'out', ...flags, '--rm'], {
      sandbox,
      place,
      random: () => 1,
    });
  }
  const left = listTree(place.cwd).filter(({ path }) => /\.(part|lock|tmp)|\.streamdiver-dl-/.test(path));
  if (left.length > 0) soak.problems.push(`left behind: ${left.map(({ path }) => path).join(', ')}`);
  if (readdirSync(place.temp).length > 0) soak.problems.push('left temporary files behind');
  await removePlace(place);
}

async function createPackage({ env }: Sandbox, place: RunPlace): Promise<string> {
  const query = ['create', '--search', 'Streamdiver', '--max-media', '1000', '--transcripts', 'srt'];
  const run = await startBinary(query, { place, env, token: null, deadlineMs: DEADLINE_MS }).result;
  if (run.exitCode !== 0) fail(describeRun(run));
  return run.stdout.trim();
}

/** Kills a command in a third of the cases, then repeats it until it succeeds. */
async function perform(
  soak: Soak,
  args: readonly string[],
  { sandbox, place, random }: { sandbox: Sandbox; place: RunPlace; random: () => number },
): Promise<void> {
  const start = () => startBinary(args, { place, env: sandbox.env, token: null, deadlineMs: DEADLINE_MS });
  if (random() < 1 / 3) {
    const run = start();
    const timer = setTimeout(() => run.kill('SIGKILL'), random() * LONGEST_MS);
    await run.result;
    clearTimeout(timer);
    soak.kills += 1;
  }
  for (let attempt = 1; ; attempt += 1) {
    const run = await start().result;
    soak.runs += 1;
    if (run.exitCode === 0) return;
    // Only these exit codes allow a retry.
    if (![6, 10].includes(run.exitCode) || attempt === ATTEMPTS) {
      soak.problems.push(describeRun(run));
      return;
    }
  }
}

function sampleOf(pid: number): Sample {
  const status = readFileSync(join('/proc', String(pid), 'status'), 'utf8');
  const residentKiB = Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? Number.NaN);
  return { residentMiB: residentKiB / 1024, openFiles: readdirSync(join('/proc', String(pid), 'fd')).length };
}

/** The growth from the second third to the last. The first third is a warm-up. */
function growthOf(samples: readonly Sample[]): Sample {
  const third = Math.floor(samples.length / 3);
  const between = (from: number, to: number, key: keyof Sample) =>
    median(samples.slice(from, to).map((sample) => sample[key]));
  const grown = (key: keyof Sample) =>
    between(2 * third, samples.length, key) - between(third, 2 * third + 1, key);
  return { residentMiB: grown('residentMiB'), openFiles: grown('openFiles') };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
