import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT_CODES } from '../../src/errors.ts';
import { type ApiServer, startApi } from '../support/api/api-server.ts';
import { runBinary } from '../support/process/run-binary.ts';
import { makePlace } from '../support/process/run-place.ts';
import { isCredentialStore, type RunResult } from '../support/process/run-result.ts';
import { listTree } from '../support/temp-folder.ts';
import { LARGE, SMALL, SPOTS, type Spot } from './planted-places.ts';
import { fingerprint, THINGS, type Thing } from './planted-things.ts';
import { FIXED_SEED, report, scaled, TIME_LIMIT } from './scale.ts';
import { ALL_WELL, createTally, note, removePlace, type Tally } from './tally.ts';

const SCANNED_MAX_BYTES = 4_194_304;

const DOCUMENTED: ReadonlySet<number> = new Set([
  0,
  ...Object.values(EXIT_CODES).filter((code) => code !== EXIT_CODES.INTERNAL),
]);

test(
  `handles unexpected files, links, and devices at every path that it opens (seed ${FIXED_SEED})`,
  TIME_LIMIT,
  async () => {
    const tally = createTally();
    const [small, large] = await Promise.all([SMALL, LARGE].map((one) => startApi({ files: { one } })));
    for (const [index, spot] of SPOTS.entries()) {
      // One thing at every third path takes ten seconds; `npm run torture -- planted` runs all combinations.
      const sample = index % 3 === 0 ? [THINGS[(index + FIXED_SEED) % THINGS.length]] : [];
      const things = scaled({ sample: sample.filter((one) => one !== undefined), full: THINGS });
      const api = spot.isLarge === true ? large : small;
      for (const thing of things) if (api !== undefined) await plant(tally, { thing, spot, api });
    }
    report('planted files', tally);
    expect(tally).toMatchObject(ALL_WELL);
  },
);

interface Case {
  readonly thing: Thing;
  readonly spot: Spot;
  readonly api: ApiServer;
}

async function plant(tally: Tally, { thing, spot, api }: Case): Promise<void> {
  const what = `a ${thing.name} as ${spot.name}`;
  const place = makePlace();
  const outside = join(dirname(place.cwd), 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'kept.txt'), 'kept');
  spot.prepare?.(place, api);
  const path = spot.path(place);
  await thing.put(path, outside);
  const before = fingerprint(path);
  tally.runs += 1;
  try {
    const run = await runBinary(spot.args, {
      api,
      place,
      // Skips what was planted and files that are too large to search after each run.
      mayHoldSecret: (file) =>
        isCredentialStore(file, place) ||
        (file === path && fingerprint(file) === before) ||
        statSync(file).size > SCANNED_MAX_BYTES,
      ...(spot.env === undefined ? {} : { env: spot.env(place, api) }),
      ...(spot.input === undefined ? {} : { input: spot.input }),
      ...(spot.isStored === true ? { token: null } : {}),
      ...(thing.wrapper === undefined ? {} : { wrapper: thing.wrapper }),
    });
    const exits = spot.goesOn?.includes(thing.name) ? [0] : spot.exits;
    if (!DOCUMENTED.has(run.exitCode) || !exits.includes(run.exitCode)) note(tally, 'wrongExit', what, run);
    const isNamed = run.stderr.includes(basename(path)) || spot.isUsable?.includes(thing.name) === true;
    if (run.exitCode !== 0 && !isNamed) note(tally, 'wrongExit', `${what}: no message mentions it`, run);
    if (run.exitCode === 0 && spot.brings !== undefined && !isThere(place.cwd, spot.brings))
      note(tally, 'falseSuccess', what, run);
    lookAround(tally, { what, run, path, outside });
    const isLeft = fingerprint(path) === before;
    const isOurs = thing.isPlain && spot.isInput !== true;
    const mayGo = run.exitCode === 0 ? spot.mayReplace === true || isOurs : isOurs && spot.isMoved === true;
    if (!isLeft && !mayGo) note(tally, 'corrupt', `${what}: it is gone`, run);
  } catch (error) {
    tally.stuck += 1;
    if (tally.problems.length < 40) tally.problems.push(`${what}: ${String(error)}`);
  }
  await removePlace(place);
}

/** Whether a regular file, not a link, has these bytes. */
function isThere(folder: string, bytes: Buffer): boolean {
  return listTree(folder)
    .filter(({ type }) => type === 'file')
    .map(({ path }) => join(folder, path))
    .some((file) => statSync(file).size === bytes.length && readFileSync(file).equals(bytes));
}

/** Expects no leftover locks or temporary files, and no changes outside the place. */
function lookAround(
  tally: Tally,
  { what, run, path, outside }: { what: string; run: RunResult; path: string; outside: string },
): void {
  const left = listTree(outside).map((entry) => entry.path);
  if (left.join() !== 'kept.txt' || readFileSync(join(outside, 'kept.txt'), 'utf8') !== 'kept')
    note(tally, 'corrupt', `${what}: ${left.join()} outside`, run);
  const locks = [run.cwd, run.home].flatMap((folder) =>
    listTree(folder)
      .map((entry) => join(folder, entry.path))
      .filter((file) => /\.lock$|\.tmp$|\/\.new-|\.json\.\d+/.test(file) && !file.startsWith(path)),
  );
  if (locks.length > 0) note(tally, 'orphans', `${what}: ${locks.join()}`, run);
}
