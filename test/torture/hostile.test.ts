import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { EXIT_CODES } from '../../src/errors.ts';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import { startApi } from '../support/api/api-server.ts';
import { pseudoRandom } from '../support/bytes.ts';
import { type BinaryResult, runBinary } from '../support/process/run-binary.ts';
import { makePlace } from '../support/process/run-place.ts';
import { listTree } from '../support/temp-folder.ts';
import { AMBIGUOUS_ARCHIVES } from '../zip/read/ambiguous-archives.ts';
import { HOSTILE_ARCHIVES } from '../zip/read/hostile-archives.ts';
import { report, SEED, scaled, TIME_LIMIT } from './scale.ts';
import { ALL_WELL, createTally, note, removePlace, type Tally } from './tally.ts';

/** The archives of test/zip, here run against the program. test/zip asserts the exact errors. */
const ARCHIVES: readonly { name: string; bytes: () => Buffer; isWhole: boolean }[] = [
  ...HOSTILE_ARCHIVES.map(({ refusedBy, ...archive }) => ({ ...archive, isWhole: refusedBy === 'extract' })),
  ...AMBIGUOUS_ARCHIVES.map((archive) => ({ ...archive, isWhole: false })),
];
const MOST_MS = 10_000;

interface Verdict {
  readonly exitCodes: readonly number[];
  /** What standard error must match. */
  readonly says: RegExp;
}

const REFUSED: Verdict = {
  exitCodes: [EXIT_CODES.INTEGRITY, EXIT_CODES.UNSAFE],
  says: /error: the archive is (damaged|refused): .{10}/,
};
const NO_ARCHIVE: Verdict = {
  exitCodes: [EXIT_CODES.BAD_RESPONSE],
  says: /something else instead of the zip/,
};
const KEPT: Verdict = { exitCodes: [0], says: /verified/ };

test.each([
  ['unpacked directly from the server', ['-x']],
  ['downloaded', []],
  ['downloaded and unpacked', ['-x', '--keep-archive']],
])(`cases 94 to 106: handles a hostile archive, %s (seed ${SEED})`, TIME_LIMIT, async (way, flags) => {
  const random = pseudoRandom(SEED);
  const share = scaled({ sample: 40, full: 1 });
  const tally = createTally();
  for (const { name, bytes, isWhole } of ARCHIVES.filter(() => random() % share === 0)) {
    const content = bytes();
    const isDownloaded = flags[0] !== '-x' || flags.length > 1;
    const verdict =
      isWhole && flags.length === 0 ? KEPT : isDownloaded && !beginsAsZip(content) ? NO_ARCHIVE : REFUSED;
    await attack(tally, { name, content, flags, verdict });
  }
  report(`hostile archives, ${way}`, tally);
  expect(tally).toMatchObject(ALL_WELL);
});

/** A download checks the first bytes before anything else. */
function beginsAsZip(content: Buffer): boolean {
  return /^PK(\x03\x04|\x05\x06)/.test(content.subarray(0, 4).toString('latin1'));
}

interface Attack {
  readonly name: string;
  readonly content: Buffer;
  readonly flags: readonly string[];
  readonly verdict: Verdict;
}

/** Expects the right error in time, nothing outside the target, no links, and no partial files. */
async function attack(tally: Tally, { name, content, flags, verdict }: Attack): Promise<void> {
  const etag = `"${createHash('sha256').update(content).digest('hex').slice(0, 32)}"`;
  const file = { bytes: content, contentType: 'application/zip', etag };
  const api = await startApi({ files: { one: file } });
  const place = makePlace();
  const args = ['fetch', PACKAGE_ID, '-D', 'out', '--json', ...flags];
  const run: BinaryResult = await runBinary(args, { api, place, mayBeBug: true });
  tally.runs += 1;
  const isRight = verdict.exitCodes.includes(run.exitCode) && verdict.says.test(run.stderr);
  if (!isRight) note(tally, run.exitCode === 0 ? 'falseSuccess' : 'wrongExit', name, run);
  if (run.durationMs > MOST_MS) note(tally, 'stuck', `${name}: ${run.durationMs} ms`, run);
  const tree = [...listTree(run.cwd), ...listTree(run.temp)];
  const strange = tree.filter(
    ({ path, type }) => !/^out(\/|$)/.test(path) || type === 'link' || type === 'other',
  );
  if (strange.length > 0)
    note(tally, 'corrupt', `${name}: ${strange.map(({ path }) => path).join(', ')}`, run);
  if (tree.some(({ path }) => path.includes('.streamdiver-dl-'))) note(tally, 'orphans', name, run);
  await api.close();
  await removePlace(place);
}
