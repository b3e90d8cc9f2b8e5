import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT_CODES } from '../../src/errors.ts';
import { PACKAGE_ID } from '../support/api/api-packages.ts';
import { startApi } from '../support/api/api-server.ts';
import { pseudoRandom } from '../support/bytes.ts';
import { makeZipObject } from '../support/faults/served-object.ts';
import { runBinary } from '../support/process/run-binary.ts';
import { makePlace } from '../support/process/run-place.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { FIXED_SEED, report, scaled, TIME_LIMIT } from './scale.ts';
import { SURROUNDINGS, type Surroundings } from './surroundings.ts';
import { ALL_WELL, createTally, removePlace, type Tally } from './tally.ts';

const MEDIUM_ID = '7e0c2b9e-7d41-4a36-9e58-c1d2e3f4a501';
const MOST_MIB = 256;
const DEADLINE_MS = 20_000;

interface Command {
  readonly args: readonly string[];
  readonly isData?: boolean;
  readonly input?: string;
}

const COMMANDS: readonly Command[] = [
  { args: ['list'] },
  { args: ['list', '--json'] },
  { args: ['media', 'list', '--json'] },
  { args: ['status', PACKAGE_ID, '--json'] },
  { args: ['create', '-m', MEDIUM_ID, '--json'] },
  { args: ['create', '-m', MEDIUM_ID, '--fetch', '-D', 'made', '--json'] },
  { args: ['create', '-m', '-', '--json'], input: `${MEDIUM_ID}\n` },
  { args: ['create'] },
  { args: ['fetch', PACKAGE_ID, '--json', '-o', 'object.zip'] },
  { args: ['fetch', PACKAGE_ID, '-x', '-D', 'out', '--json'] },
  { args: ['fetch', PACKAGE_ID, '--progress', 'json'] },
  { args: ['fetch', PACKAGE_ID, '-o', '-'], isData: true },
  { args: ['fetch', ...Array.from({ length: 200 }, (_, index) => `missing-${index}`), '--json'] },
  { args: ['contents', PACKAGE_ID, '--json'] },
  { args: ['rm', PACKAGE_ID, '-y', '--json'] },
  { args: ['rm', PACKAGE_ID] },
  { args: ['login', '--with-token', '--json'], input: 'a-token-that-is-long-enough\n' },
  { args: ['login'] },
  { args: ['logout', '--json'] },
  { args: ['whoami', '--json'] },
  { args: ['config', 'list', '--json'] },
  { args: ['config', 'set', 'apiUrl', 'https://api.example/v2', '--json'] },
  { args: ['demo'] },
  { args: ['sandbox', '--', process.execPath, '-e', ''] },
  { args: ['__complete', 'zsh', '--', 'fetch', ''] },
  { args: ['completion', 'bash'] },
  { args: ['--help'] },
  { args: ['help', 'man'] },
  { args: ['--version'] },
  { args: ['--version', '--json'] },
  { args: ['no-such-command', '--json'] },
];

const DOCUMENTED: ReadonlySet<number> = new Set([
  0,
  129,
  143,
  ...Object.values(EXIT_CODES).filter((code) => code !== EXIT_CODES.INTERNAL),
]);

test(`all commands end cleanly in odd environments (seed ${FIXED_SEED})`, TIME_LIMIT, async () => {
  const random = pseudoRandom(FIXED_SEED);
  const tally = createTally();
  const only = process.env['TORTURE_ONLY'] ?? '';
  const cases = SURROUNDINGS.filter(({ name }) => name.includes(only))
    .flatMap((around) => COMMANDS.map((command) => ({ around, command })))
    // A command that reads its input to the end would wait forever.
    .filter(({ around, command }) => around.options?.keepInputOpen !== true || command.input === undefined)
    .map((each) => ({ ...each, key: random() }))
    .toSorted((one, other) => one.key - other.key);
  const count = Number(process.env['TORTURE_RUNS'] ?? scaled({ sample: 12, full: cases.length }));
  const left = cases.slice(0, count).values();
  const work = async () => {
    for (const { around, command } of left) await endure(tally, around, command);
  };
  await Promise.all([work(), work(), work()]);
  report('surroundings', tally);
  expect(tally).toMatchObject(ALL_WELL);
});

/** runBinary() checks the invariants of every run: no bug, no stack, no secret, no control character, one document. */
async function endure(tally: Tally, around: Surroundings, { args, isData, input }: Command): Promise<void> {
  const place = makePlace();
  const { nodeFlags, peakMib } = watchMemory();
  tally.runs += 1;
  try {
    around.prepare?.(place);
    const api = await startApi({
      files: { one: makeZipObject(30_000) },
      media: [{ id: MEDIUM_ID, name: 'A talk', type: 'video' }],
    });
    const run = await runBinary(args, {
      api,
      place,
      nodeFlags,
      deadlineMs: DEADLINE_MS,
      ...(input === undefined ? {} : { input }),
      ...(isData === true ? { isOutputData: true } : {}),
      ...(around.isUnheard === true || args.includes('--version') ? { withoutJsonCheck: true } : {}),
      ...(around.wrapper === undefined ? {} : { wrapper: around.wrapper(place) }),
      ...(around.env === undefined ? {} : { env: around.env(place) }),
      ...around.options,
    });
    if (around.mayKillNode === true && (run.signal !== null || run.exitCode === 134)) return;
    if (!DOCUMENTED.has(run.exitCode))
      throw new Error(`undocumented exit code ${run.exitCode}\n${run.stderr}`);
    if (peakMib() > MOST_MIB) throw new Error(`${peakMib()} MiB`);
  } catch (error) {
    tally.wrongExit += 1;
    const message = error instanceof Error ? error.message : 'a thrown value that is not an Error';
    // Two hundred IDs would leave no room for the actual problem.
    const what = message.replace(args.join(' '), 'the command').slice(0, 2_000);
    if (tally.problems.length < 40)
      tally.problems.push(`${around.name}: ${args.slice(0, 6).join(' ')}\n${what}`);
  } finally {
    await removePlace(place);
  }
}

/** Makes the program record its peak memory. */
function watchMemory(): { nodeFlags: readonly string[]; peakMib: () => number } {
  const folder = makeTempFolder('peak-');
  const peakPath = join(folder, 'peak');
  const preload = join(folder, 'preload.cjs');
  writeFileSync(
    preload,
    `process.on('exit', () => {
      try {
        const { readFileSync, writeFileSync } = require('node:fs');
        const [, peakKib] = /^VmHWM:\\s+(\\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
        writeFileSync(${JSON.stringify(peakPath)}, peakKib);
      } catch {}
    });`,
  );
  return {
    nodeFlags: ['--require', preload],
    peakMib: () => (existsSync(peakPath) ? Number(readFileSync(peakPath, 'utf8')) / 1_024 : 0),
  };
}
