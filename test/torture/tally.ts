import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import type { ApiServer } from '../support/api/api-server.ts';
import type { ServedObject } from '../support/faults/served-object.ts';
import { type BinaryRun, type RunBinaryOptions, startBinary } from '../support/process/run-binary.ts';
import type { RunPlace } from '../support/process/run-place.ts';
import { describeRun, type RunResult } from '../support/process/run-result.ts';
import { listTree } from '../support/temp-folder.ts';

const TARGET = 'object.zip';

/** What a scenario counts; all but the first and the last number have to stay 0. */
export interface Tally {
  /** Runs of the program under torture. */
  runs: number;
  /** A file under the final name that is no version of the object in full. */
  corrupt: number;
  /** Exit code 0 without the right file. */
  falseSuccess: number;
  /** An exit code that does not belong to this trouble. */
  wrongExit: number;
  /** The same command, undisturbed afterwards, did not succeed. */
  stuck: number;
  /** Files that lie beside the finished one in the end. */
  orphans: number;
  /** Bytes that the server sent again because of one kill, at most; null where none are killed. */
  refetchedMaxBytes: number | null;
  /** The first few of the above in words. */
  readonly problems: string[];
}

/** What every scenario has to come to. */
export const ALL_WELL = { corrupt: 0, falseSuccess: 0, wrongExit: 0, stuck: 0, orphans: 0, problems: [] };

export function createTally(): Tally {
  return {
    runs: 0,
    corrupt: 0,
    falseSuccess: 0,
    wrongExit: 0,
    stuck: 0,
    orphans: 0,
    refetchedMaxBytes: null,
    problems: [],
  };
}

/** Starts the download of the one package of `api` in a place. */
export function startFetch(
  api: ApiServer,
  place: RunPlace,
  flags: readonly string[] = [],
  options: RunBinaryOptions = {},
): BinaryRun {
  return startBinary(['fetch', PACKAGE_ID, '-o', TARGET, '--json', ...flags], {
    api,
    place,
    deadlineMs: 60_000,
    // Looking for the token in a hundred megabytes, after every run, would take most of the time.
    mayHoldSecret: (path) => path.includes(TARGET),
    // Counted here as a wrong exit code.
    mayBeBug: true,
    ...options,
  });
}

/** Judges a run and what lies on the disk after it. */
export function judge(
  tally: Tally,
  run: RunResult,
  {
    versions,
    exitCodes,
    what,
  }: { versions: readonly ServedObject[]; exitCodes: readonly number[]; what: string },
): void {
  tally.runs += 1;
  const final = finalState(run, versions);
  if (final === 'wrong') note(tally, 'corrupt', what, run);
  if (run.exitCode === 0 && final !== 'right') note(tally, 'falseSuccess', what, run);
  if (!exitCodes.includes(run.exitCode)) note(tally, 'wrongExit', what, run);
}

/** Runs the same command once more, undisturbed, and then clears the place. */
export async function settle(
  tally: Tally,
  {
    api,
    place,
    versions,
    what,
  }: { api: ApiServer; place: RunPlace; versions: readonly ServedObject[]; what: string },
): Promise<void> {
  const run = await startFetch(api, place).result;
  if (run.exitCode !== 0 || finalState(run, versions) !== 'right') note(tally, 'stuck', what, run);
  const strangers = listTree(place.cwd).filter(({ path }) => path !== TARGET);
  if (strangers.length > 0) {
    tally.orphans += strangers.length - 1;
    note(tally, 'orphans', `${what}: ${strangers.map(({ path }) => path).join(', ')}`, run);
  }
  await removePlace(place);
}

/** At once, not when the test ends: the places of a whole scenario would fill the disk. */
export async function removePlace(place: RunPlace): Promise<void> {
  await rm(dirname(place.cwd), { recursive: true, force: true });
}

function finalState(place: RunPlace, versions: readonly ServedObject[]): 'absent' | 'right' | 'wrong' {
  const path = join(place.cwd, TARGET);
  if (!existsSync(path)) return 'absent';
  const bytes = readFileSync(path);
  return versions.some((version) => version.bytes.equals(bytes)) ? 'right' : 'wrong';
}

const PROBLEMS_TOLD = 3;

/** Counts a problem, and keeps the first few in words. */
export function note(
  tally: Tally,
  kind: 'corrupt' | 'falseSuccess' | 'wrongExit' | 'stuck' | 'orphans',
  what: string,
  run: RunResult,
): void {
  tally[kind] += 1;
  if (tally.problems.length < PROBLEMS_TOLD) tally.problems.push(`${kind}: ${what}\n${describeRun(run)}`);
}
