import { createFastClock } from '../fast-clock.ts';
import { startBinary } from '../process/run-binary.ts';
import type { ProgramResult, RunProgramOptions } from '../process/run-program.ts';
import { skipTest } from './windows-test.ts';

/** Seconds of the program in one real second, at most: starting a process and reaching its server take real time. */
const MAX_SPEED = 8;

/** Runs the built program on Windows as `runProgram` runs its sources here, as far as a process can be given a world. */
export async function runCliOnWindows(
  args: readonly string[],
  options: RunProgramOptions,
): Promise<ProgramResult> {
  const { isTTY, platform, random, onStart, clock = createFastClock(), env = {}, ...rest } = options;
  if (Object.values(typeof isTTY === 'object' ? isTTY : { isTTY }).includes(true))
    skipTest('needs a terminal');
  if (platform !== undefined && platform !== 'win32') skipTest(`plays ${platform}`);
  if (random !== undefined) skipTest('gives the program its random numbers');
  if (clock.skipsSleeps) skipTest('gives the program a clock that skips sleeps');
  const world = { speed: Math.min(clock.speed, MAX_SPEED), startMs: clock.now(), random: 0.5 };
  const run = startBinary(args, {
    ...rest,
    env: { ...env, STREAMDIVER_TEST_WORLD: JSON.stringify(world) },
  });
  onStart?.({
    signal: (name) => run.kill(name),
    type: () => skipTest('types'),
    stdout: () => run.stdout(),
    stderr: () => run.stderr(),
  });
  const result = { ...(await run.result), clock };
  // Not enumerable: a failed assertion that prints the result must not skip its test.
  return Object.defineProperty(result, 'clock', {
    enumerable: false,
    get: () => skipTest('looks at the clock of the program'),
  });
}
