import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { eachAtOnce } from '../../src/task-pool.ts';
import { handOut, setScene } from '../faults/download/fetch-with-fault.ts';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import { startApi } from '../support/api/api-server.ts';
import { pseudoRandom } from '../support/bytes.ts';
import { type FaultMode, wellBehaved } from '../support/faults/fault-mode.ts';
import { FAULT_MODES } from '../support/faults/fault-modes.ts';
import { makePlainObject, makeZipObject, type ServedObject } from '../support/faults/served-object.ts';
import { runBinary } from '../support/process/run-binary.ts';
import { makePlace, type RunPlace } from '../support/process/run-place.ts';
import { toolVersion } from '../zip/packers/run-tool.ts';
import { AMBIGUOUS_ARCHIVES } from '../zip/read/ambiguous-archives.ts';
import { HOSTILE_ARCHIVES } from '../zip/read/hostile-archives.ts';
import {
  type ComparedProgram,
  type ComparedRun,
  DOWNLOADERS,
  isInstalled,
  runCompared,
  UNPACKERS,
} from './compared-programs.ts';
import { FIXED_SEED, reportComparison, scaled, TIME_LIMIT } from './scale.ts';
import { removePlace } from './tally.ts';

const OURS = 'streamdiver-dl';
const TARGET = 'object.zip';
const DEADLINE_MS = 60_000;
/** Most of the runs only wait for a retry or for the server. */
const AT_ONCE = scaled({ sample: 3, full: 8 });

/** Skips faults that are slow by design: which program waits longer says nothing about the file. */
const RETRY_AFTER_CASE = 34;
const MODES = Object.entries(FAULT_MODES)
  .filter(([theme]) => theme !== 'pace')
  .flatMap(([, modes]) => modes)
  .filter(({ failureCase }) => failureCase !== RETRY_AFTER_CASE);

interface DownloadTally {
  runs: number;
  /** Exit code 0 with correct bytes. */
  right: number;
  /** A failure with nothing under the final name. */
  failed: number;
  /** A failure with a wrong file under the final name. */
  partial: number;
  /** Exit code 0 with wrong bytes or no file. */
  wrong: number;
  /** Still running at the deadline. */
  late: number;
  /** The same command, with a good server afterwards, did not produce the right file. */
  stuck: number;
}

interface DownloadCase {
  readonly mode: FaultMode;
  readonly object: ServedObject;
}

/** A video has a strong ETag and no digest, so no program can detect some of the faults. */
function downloadCases(): readonly DownloadCase[] {
  const archive = makeZipObject(300_000);
  const video = makePlainObject(300_000);
  return MODES.flatMap((mode) => [
    { mode, object: archive },
    ...(mode.plain?.undetected === undefined ? [{ mode, object: video }] : []),
  ]);
}

test(`downloads through faults, compared with other programs (seed ${FIXED_SEED})`, TIME_LIMIT, async () => {
  const random = pseudoRandom(FIXED_SEED);
  const share = scaled({ sample: 60, full: 1 });
  const cases = downloadCases().filter(() => random() % share === 0);
  const programs = DOWNLOADERS.filter(isInstalled);
  const names = [OURS, ...programs.map(({ name }) => name)];
  const tallies = Object.fromEntries(names.map((name) => [name, createDownloadTally()]));
  const refusedAlone = new Set<string>();
  await eachAtOnce(cases, AT_ONCE, async (each) => {
    const own = await download(tallies[OURS], each, null);
    for (const program of programs) {
      const other = await download(tallies[program.name], each, program);
      if (own === 'failed' && other === 'right') refusedAlone.add(each.mode.name);
    }
  });
  reportComparison('downloads', withVersions(programs, tallies), [...refusedAlone]);
  expect(tallies[OURS]).toMatchObject({ partial: 0, wrong: 0, late: 0, stuck: 0 });
});

async function download(
  tally: DownloadTally | undefined,
  { mode, object }: DownloadCase,
  program: ComparedProgram | null,
): Promise<keyof DownloadTally> {
  if (tally === undefined) throw new Error('no tally');
  const scene = await setScene(mode, object);
  const { api, storage, place } = scene;
  const wanted = mode.finalObject?.(object) ?? object;
  const run = () =>
    program === null
      ? runOurs(['fetch', PACKAGE_ID, '-o', TARGET, '--json'], api, place)
      : runCompared(program.command(`${storage.origin}/object?signature=1`, TARGET), {
          cwd: place.cwd,
          deadlineMs: DEADLINE_MS,
        });
  const isRight = () => {
    const path = join(place.cwd, TARGET);
    return existsSync(path) && readFileSync(path).equals(wanted.bytes);
  };
  const { exitCode } = await run();
  const outcome = outcomeOf(exitCode, { isThere: existsSync(join(place.cwd, TARGET)), isRight: isRight() });
  tally.runs += 1;
  tally[outcome] += 1;
  storage.use(wellBehaved(wanted));
  handOut(api, storage, wanted.contentType, wanted.bytes.length);
  await run();
  if (!isRight()) tally.stuck += 1;
  await Promise.all([api.close(), storage.close()]);
  await removePlace(place);
  return outcome;
}

function outcomeOf(
  exitCode: number | null,
  { isThere, isRight }: { readonly isThere: boolean; readonly isRight: boolean },
): Exclude<keyof DownloadTally, 'runs' | 'stuck'> {
  if (exitCode === null) return 'late';
  if (exitCode === 0) return isRight ? 'right' : 'wrong';
  return isThere && !isRight ? 'partial' : 'failed';
}

async function runOurs(
  args: readonly string[],
  api: Awaited<ReturnType<typeof startApi>>,
  place: RunPlace,
): Promise<ComparedRun> {
  const { exitCode, durationMs } = await runBinary(args, { api, place, deadlineMs: DEADLINE_MS });
  return { exitCode, durationMs };
}

interface UnpackTally {
  runs: number;
  /** Exit code 0 or a warning: the program took the archive for a good one. */
  accepted: number;
  /** Failed and left files, complete or not, in the target. */
  partial: number;
  /** Wrote outside the target. */
  outside: number;
  /** Created a link or a special file. */
  links: number;
  /** Still running at the time limit. */
  late: number;
}

const LONGEST_MS = 30_000;
/** The size limit for one file; some archives unpack to far more. */
const MOST_BYTES = 256 * 1_048_576;
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

test(`refuses hostile archives, compared with other programs (seed ${FIXED_SEED})`, TIME_LIMIT, async () => {
  const random = pseudoRandom(FIXED_SEED);
  const share = scaled({ sample: 60, full: 1 });
  const archives = [
    ...HOSTILE_ARCHIVES.filter(({ refusedBy }) => refusedBy !== 'extract'),
    ...AMBIGUOUS_ARCHIVES,
  ];
  const dangerous = HOSTILE_ARCHIVES.filter(({ refusedBy }) => refusedBy === 'extract');
  const chosen = [...archives, ...dangerous].filter(() => random() % share === 0);
  const programs = UNPACKERS.filter(isInstalled);
  const names = [OURS, ...programs.map(({ name }) => name)];
  const tallies = Object.fromEntries(names.map((name) => [name, createUnpackTally()]));
  const jobs = chosen.flatMap(({ bytes }) => [
    () => unpack(tallies[OURS], bytes(), null),
    ...programs.map((program) => () => unpack(tallies[program.name], bytes(), program)),
  ]);
  await eachAtOnce(jobs, AT_ONCE, (job) => job());
  reportComparison('archives', withVersions(programs, tallies));
  expect(tallies[OURS]).toMatchObject({ accepted: 0, outside: 0, links: 0, late: 0 });
});

async function unpack(
  tally: UnpackTally | undefined,
  content: Buffer,
  program: ComparedProgram | null,
): Promise<void> {
  if (tally === undefined) throw new Error('no tally');
  const place = makePlace();
  const { exitCode, durationMs } =
    program === null ? await unpackOurs(content, place) : await unpackOther(content, place, program);
  tally.runs += 1;
  const tree = findAll(place.cwd);
  const isInside = ({ path }: { readonly path: string }) => /^out(\/|$)/.test(path);
  if (exitCode === 0 || (program?.name === 'unzip' && exitCode === 1)) tally.accepted += 1;
  else if (tree.some((each) => isInside(each) && each.path !== 'out')) tally.partial += 1;
  if (tree.some((each) => !isInside(each) && each.path !== 'archive.zip')) tally.outside += 1;
  if (tree.some(({ type }) => !'df'.includes(type))) tally.links += 1;
  if (exitCode === null || durationMs > LONGEST_MS) tally.late += 1;
  // Node cannot remove paths this long.
  execFileSync('rm', ['-rf', dirname(place.cwd)]);
}

/** Lists everything in a folder with find, because paths can be longer than Node accepts. */
function findAll(folder: string): readonly { readonly type: string; readonly path: string }[] {
  const output = execFileSync('find', ['.', '-mindepth', '1', '-printf', String.raw`%y %P\0`], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return output
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => ({ type: line.slice(0, 1), path: line.slice(2) }));
}

async function unpackOurs(content: Buffer, place: RunPlace): Promise<ComparedRun> {
  const api = await startApi({
    files: { one: { bytes: content, contentType: 'application/zip', etag: '"hostile"' } },
  });
  const run = await runOurs(['fetch', PACKAGE_ID, '-x', '-D', 'out', '--json'], api, place);
  await api.close();
  return run;
}

/** Runs as an unprivileged user, because these archives target system files. */
async function unpackOther(content: Buffer, place: RunPlace, program: ComparedProgram): Promise<ComparedRun> {
  writeFileSync(join(place.cwd, 'archive.zip'), content);
  mkdirSync(join(place.cwd, 'out'));
  if (isRoot) {
    for (const folder of [dirname(dirname(place.cwd)), dirname(place.cwd)])
      chmodSync(folder, statSync(folder).mode | 0o011);
    for (const path of ['', 'out', 'archive.zip']) chownSync(join(place.cwd, path), NOBODY, NOBODY);
  }
  const limits = ['prlimit', `--fsize=${MOST_BYTES}`, '--'];
  const rights = isRoot ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
  const command = [...limits, ...rights, ...program.command('archive.zip', 'out')];
  return await runCompared(command, { cwd: place.cwd, deadlineMs: LONGEST_MS });
}

function createDownloadTally(): DownloadTally {
  return { runs: 0, right: 0, failed: 0, partial: 0, wrong: 0, late: 0, stuck: 0 };
}

function createUnpackTally(): UnpackTally {
  return { runs: 0, accepted: 0, partial: 0, outside: 0, links: 0, late: 0 };
}

function withVersions<Tally>(
  programs: readonly ComparedProgram[],
  tallies: Readonly<Record<string, Tally>>,
): Readonly<Record<string, Tally>> {
  return Object.fromEntries(
    Object.entries(tallies).map(([name, tally]) => {
      const program = programs.find((each) => each.name === name);
      const version = program === undefined ? '' : ` ${toolVersion(program.versionCommand) ?? ''}`;
      return [`${name}${version}`, tally];
    }),
  );
}
