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

/** What a scenario counts. All but the first and the last number must stay 0. */
export interface Tally {
  /** Runs of the program. */
  runs: number;
  /** A file under the final name that is not a complete version of the object. */
  corrupt: number;
  /** Exit code 0 without a right file. */
  falseSuccess: number;
  /** An exit code that this fault does not allow. */
  wrongExit: number;
  /** The same command, run again without faults, failed. */
  stuck: number;
  /** Files left next to the finished one. */
  orphans: number;
  /** The most bytes that the server sent again because of one kill, or null for scenarios without kills. */
  refetchedMaxBytes: number | null;
  /** Descriptions of the first few problems. */
  readonly problems: string[];
}

/** The expected tally of every scenario. */
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

/** Starts downloading the only package of `api` in a place. */
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
    // Searching a hundred megabytes for the token after each run would take most of the time.
    mayHoldSecret: (path) => path.includes(TARGET),
    // The tally counts a bug as a wrong exit code.
    mayBeBug: true,
    ...options,
  });
}

/** Checks the exit code and the file on disk after a run. */
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

/** Runs the same command again without faults, then removes the place. */
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

/** Removes a place now, not at the end of the test: the places of a whole scenario would fill the disk. */
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

/** Counts a problem, and keeps descriptions of the first few. */
export function note(
  tally: Tally,
  kind: 'corrupt' | 'falseSuccess' | 'wrongExit' | 'stuck' | 'orphans',
  what: string,
  run: RunResult,
): void {
  tally[kind] += 1;
  if (tally.problems.length < PROBLEMS_TOLD) tally.problems.push(`${kind}: ${what}\n${describeRun(run)}`);
}
