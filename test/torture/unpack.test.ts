import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { afterThisTest } from '../support/after-this-test.ts';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import { pseudoRandom, pseudoRandomBytes } from '../support/bytes.ts';
import { serveArchive } from '../support/faults/served-archive.ts';
import { type BinaryRun, type RunBinaryOptions, startBinary } from '../support/process/run-binary.ts';
import { makePlace, type RunPlace } from '../support/process/run-place.ts';
import { describeRun, type RunResult } from '../support/process/run-result.ts';
import { listTree } from '../support/temp-folder.ts';
import { type PacedApi, startPacedApi } from './paced-api.ts';
import { report, SEED, scaled, TIME_LIMIT } from './scale.ts';
import { ALL_WELL, createTally, note, removePlace, type Tally } from './tally.ts';

const MIB = 1_048_576;
const FOLDERS = 5;
const CONTENTS = new Map<string, Buffer>([
  ...Array.from({ length: 200 }, (_, index): [string, Buffer] => [
    `${index % FOLDERS}/texts/${index}.srt`,
    pseudoRandomBytes(2_000, index),
  ]),
  ...Array.from({ length: FOLDERS }, (_, index): [string, Buffer] => [
    `${index}/film.mp4`,
    pseudoRandomBytes(3 * MIB, index),
  ]),
  // Entries of 64 MiB or more are written in pieces, which the next run resumes.
  ...scaled<[string, Buffer][]>({ sample: [], full: [['long.mp4', pseudoRandomBytes(65 * MIB, 7)]] }),
]);
const object = serveArchive([...CONTENTS].map(([name, content]) => ({ name, content })));
const BYTES_PER_SECOND = object.bytes.length * 2;

test(`case 110: recovers from random kills while unpacking (seed ${SEED})`, TIME_LIMIT, async () => {
  const random = pseudoRandom(SEED);
  const api = await startPacedApi(object, BYTES_PER_SECOND);
  const wholeMs = await timeWholeRun(api);
  const tally = createTally();
  for (let kills = 0; kills < scaled({ sample: 6, full: 200 }); ) {
    const place = makePlace();
    const killedAfterMs: number[] = [];
    for (let isComplete = false; !isComplete && killedAfterMs.length < 3; ) {
      const run = startUnpacking(api, place);
      const killAfterMs = Math.floor((random() / 2 ** 32) * wholeMs);
      const timer = setTimeout(() => run.kill('SIGKILL'), killAfterMs);
      const result = await run.result;
      clearTimeout(timer);
      isComplete = result.exitCode === 0;
      if (!isComplete) killedAfterMs.push(killAfterMs);
      judge(tally, result, [0, 137], `killed after ${killedAfterMs.join(', ')} ms`);
    }
    kills += killedAfterMs.length;
    await settle(tally, api, place, `killed after ${killedAfterMs.join(', ')} ms`);
  }
  report('unpack, killed', tally);
  expect(tally).toMatchObject(ALL_WELL);
});

/** Swaps folders in the target, including the staging folder, for links to the outside and back, as fast as it can. */
const RACER = `
  const { readdirSync, renameSync, symlinkSync, unlinkSync } = require('node:fs');
  const [target, outside] = process.argv.slice(1);
  const attempt = (act) => { try { act(); return true; } catch { return false; } };
  // Otherwise this would run forever after its test was killed.
  const parent = process.ppid;
  while (process.ppid === parent) {
    const names = [];
    attempt(() => names.push(...readdirSync(target)));
    for (const name of names) {
      if (name.endsWith('.away')) continue;
      const path = target + '/' + name;
      if (!attempt(() => renameSync(path, path + '.away'))) continue;
      if (attempt(() => symlinkSync(outside, path))) attempt(() => unlinkSync(path));
      attempt(() => renameSync(path + '.away', path));
    }
  }
`;

test(`case 96: stays inside while a process swaps folders for links (seed ${SEED})`, TIME_LIMIT, async () => {
  const random = pseudoRandom(SEED + 1);
  const api = await startPacedApi(object, BYTES_PER_SECOND * 4);
  const wholeMs = await timeWholeRun(api);
  const tally = createTally();
  for (let round = 0; round < scaled({ sample: 6, full: 1000 }); round += 1) {
    const place = makePlace();
    const [target, outside] = [join(place.cwd, 'out'), join(place.temp, 'outside')];
    mkdirSync(outside);
    const run = startUnpacking(api, place);
    // Without a pause, the program would hardly ever get as far as writing files.
    const pauseMs = Math.floor((random() / 2 ** 32) * wholeMs);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const racer = spawn(process.execPath, ['-e', RACER, target, outside], { stdio: 'ignore' });
    afterThisTest(async () => void racer.kill('SIGKILL'));
    const racerEnded = once(racer, 'exit');
    // Stop it before the checks read the disk. The program may already have exited.
    if (run.child.exitCode === null) run.child.once('exit', () => racer.kill('SIGKILL'));
    else racer.kill('SIGKILL');
    const result = await run.result;
    await racerEnded;
    tally.runs += 1;
    const what = `swapped from ${pauseMs} ms on`;
    const escaped = readdirSync(outside);
    if (escaped.length > 0) note(tally, 'corrupt', `${what}: outside is ${escaped.join(', ')}`, result);
    // The program reports the swaps that it notices with one of these exit codes, never as a bug.
    if (![0, 9, 12, 13].includes(result.exitCode)) note(tally, 'wrongExit', what, result);
    await removePlace(place);
  }
  report('unpack, folders swapped for links', tally);
  expect(tally).toMatchObject(ALL_WELL);
});

function startUnpacking(api: PacedApi, place: RunPlace, options: RunBinaryOptions = {}): BinaryRun {
  return startBinary(['fetch', PACKAGE_ID, '-x', '-D', 'out', '--json'], {
    api,
    place,
    deadlineMs: 60_000,
    mayHoldSecret: (path) => path.includes('out'),
    mayBeBug: true,
    ...options,
  });
}

/** Every file with its final name is complete, and a success means that all files are there. */
function judge(tally: Tally, run: RunResult, exitCodes: readonly number[], what: string): void {
  tally.runs += 1;
  const named = namedFiles(run);
  const isWrong = (path: string) =>
    !readFileSync(join(run.cwd, 'out', path)).equals(CONTENTS.get(path) ?? Buffer.of(0));
  const wrong = named.filter(isWrong);
  if (wrong.length > 0) note(tally, 'corrupt', `${what}: ${wrong.join(', ')}`, run);
  if (run.exitCode === 0 && named.length < CONTENTS.size) note(tally, 'falseSuccess', what, run);
  if (!exitCodes.includes(run.exitCode)) note(tally, 'wrongExit', what, run);
}

/** The files in the target, except for those in staging folders. */
function namedFiles({ cwd }: RunPlace): readonly string[] {
  const target = join(cwd, 'out');
  if (!existsSync(target)) return [];
  const files = listTree(target).filter(({ type }) => type === 'file');
  return files.map(({ path }) => path).filter((path) => !path.startsWith('.streamdiver-dl-'));
}

/** Runs the same command again without kills. It must succeed and remove what was left. */
async function settle(tally: Tally, api: PacedApi, place: RunPlace, what: string): Promise<void> {
  const run = await startUnpacking(api, place).result;
  judge(tally, run, [0], what);
  if (run.exitCode !== 0) note(tally, 'stuck', what, run);
  const left = listTree(place.cwd).filter(({ path }) => path.includes('.streamdiver-dl-'));
  if (left.length > 0) {
    tally.orphans += left.length - 1;
    note(tally, 'orphans', `${what}: ${left.map(({ path }) => path).join(', ')}`, run);
  }
  await removePlace(place);
}

async function timeWholeRun(api: PacedApi): Promise<number> {
  const place = makePlace();
  const run = await startUnpacking(api, place).result;
  expect(run.exitCode, describeRun(run)).toBe(0);
  await removePlace(place);
  return run.durationMs;
}
