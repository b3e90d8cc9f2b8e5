import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import type { ApiServer } from '../support/api/api-server.ts';
import { pseudoRandom } from '../support/bytes.ts';
import { makeZipObject } from '../support/faults/served-object.ts';
import type { BinaryResult } from '../support/process/run-binary.ts';
import { makePlace, type RunPlace } from '../support/process/run-place.ts';
import { describeRun } from '../support/process/run-result.ts';
import { startPacedApi } from './paced-api.ts';
import { report, SEED, scaled, TIME_LIMIT } from './scale.ts';
import { ALL_WELL, createTally, judge, removePlace, settle, startFetch } from './tally.ts';

const MIB = 1_048_576;
const object = makeZipObject(12 * MIB);
const MOST_CALLS = 60;
const SAMPLE = 1;

const WRITES = 'write,pwrite64,writev,pwritev,pwritev2';
const SYNCS = 'fsync,fdatasync';
const NAMINGS = 'rename,renameat,renameat2,link,linkat';

/**
 * What strace makes system calls do, and the exit codes allowed for it. Cleanup after the file has its
 * final name may fail without failing the run.
 */
const FAULTS = [
  ['write', 'error=ENOSPC', WRITES, [0, 9]],
  ['write', 'error=EIO', WRITES, [0, 9]],
  ['sync', 'error=ENOSPC', SYNCS, [0, 9]],
  ['sync', 'error=EIO', SYNCS, [0, 9]],
  ['rename or link', 'error=ENOSPC', NAMINGS, [0, 9]],
  ['rename or link', 'error=EIO', NAMINGS, [0, 9]],
] as const;

/**
 * Not covered by the guarantees (docs/fetch.md): a disk that reports one byte as written and writes none. The
 * program verifies the bytes in memory, so the file may be wrong. Running the same command again detects it.
 */
const LIE = 'retval=1';

const hasStrace = spawnSync('strace', ['-V']).status === 0;

test.runIf(hasStrace).each(FAULTS)(
  `case 82: survives a failure of any single %s with %s (seed ${SEED})`,
  TIME_LIMIT,
  async (name, effect, calls, exitCodes) => {
    const random = pseudoRandom(SEED);
    const tally = createTally();
    const api = await startPacedApi(object, 24 * MIB);
    const { paths, callCount } = await watchCalls(api, calls);
    expect(callCount).toBeGreaterThan(0);
    const shuffled = Array.from({ length: Math.min(callCount, MOST_CALLS) }, (_, index) => index + 1)
      .map((nth) => ({ nth, key: random() }))
      .toSorted((one, other) => one.key - other.key);
    for (const { nth } of shuffled.slice(0, scaled({ sample: SAMPLE, full: MOST_CALLS }))) {
      const place = makePlace();
      const what = `${effect} at call ${nth} of ${callCount} (${name})`;
      const flags = [...filterByPath(calls, paths, place), '-e', `inject=${calls}:${effect}:when=${nth}`];
      const run = await runUnderStrace(api, place, ['-e', `trace=${calls}`, ...flags]);
      judge(tally, run, { versions: [object], exitCodes, what });
      await settle(tally, { api, place, versions: [object], what });
    }
    report(`disk, ${name}, ${effect}`, tally);
    expect(tally).toMatchObject(ALL_WELL);
  },
);

test.runIf(hasStrace)(
  `detects a write that the disk reported but lost when the command runs again (seed ${SEED})`,
  TIME_LIMIT,
  async () => {
    const api = await startPacedApi(object, 24 * MIB);
    const { paths, callCount } = await watchCalls(api, WRITES);
    const random = pseudoRandom(SEED);
    for (let left = scaled({ sample: SAMPLE, full: MOST_CALLS }); left > 0; left -= 1) {
      const place = makePlace();
      const nth = 1 + (random() % callCount);
      const flags = [...filterByPath(WRITES, paths, place), '-e', `inject=${WRITES}:${LIE}:when=${nth}`];
      const run = await runUnderStrace(api, place, ['-e', `trace=${WRITES}`, ...flags]);
      const isRight = () => {
        const path = join(place.cwd, 'object.zip');
        return existsSync(path) && readFileSync(path).equals(object.bytes);
      };
      const wasRight = isRight();
      const again = await startFetch(api, place).result;
      const told = `${LIE} at call ${nth} of ${callCount}\n${describeRun(run)}\n${describeRun(again)}`;
      expect([0, 9, 10], told).toContain(run.exitCode);
      const isKept = run.exitCode === 0 && !wasRight;
      expect([again.exitCode, isRight()], told).toEqual(isKept ? [13, false] : [0, true]);
      await removePlace(place);
    }
  },
);

/** The paths in the target folder that these calls touch in a run without faults, and the most calls by one thread. */
async function watchCalls(
  api: ApiServer,
  calls: string,
): Promise<{ paths: readonly string[]; callCount: number }> {
  const place = makePlace();
  await runUnderStrace(api, place, ['-y', '-e', `trace=${calls}`]);
  const lines = readFileSync(logOf(place), 'utf8')
    .split('\n')
    .filter((line) => line.includes(place.cwd) || line.includes('object.zip'));
  const paths = lines.flatMap((line) =>
    [...line.matchAll(/<(\/[^>]*)>/g)].flatMap(([, path = '']) =>
      path.startsWith(place.cwd) ? [relative(place.cwd, path)] : [],
    ),
  );
  const threads = lines.map((line) => line.split(' ')[0] ?? '');
  const counts = threads.map((thread) => threads.filter((other) => other === thread).length);
  await removePlace(place);
  return { paths: [...new Set(paths)], callCount: Math.max(0, ...counts) };
}

/** Limits the fault to files in the target folder. Renames and links touch no other files. */
function filterByPath(calls: string, paths: readonly string[], place: RunPlace): readonly string[] {
  return calls === NAMINGS ? [] : paths.flatMap((path) => ['-P', join(place.cwd, path)]);
}

/** Uses one thread for disk access, because strace counts calls per thread. */
function runUnderStrace(api: ApiServer, place: RunPlace, flags: readonly string[]): Promise<BinaryResult> {
  return startFetch(api, place, [], {
    wrapper: ['strace', '-f', '--seccomp-bpf', '-qq', '-o', logOf(place), ...flags],
    env: { UV_THREADPOOL_SIZE: '1' },
  }).result;
}

function logOf(place: RunPlace): string {
  return join(place.temp, 'strace.log');
}
