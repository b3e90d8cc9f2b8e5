import { createFastClock } from '../fast-clock.ts';
import { startBinary } from '../process/run-binary.ts';
import type { ProgramResult, RunProgramOptions } from '../process/run-program.ts';
import { skipTest } from './windows-test.ts';

/** The maximum clock speed: starting a process and reaching its server take real time. */
const MAX_SPEED = 8;

/** Like `runProgram`, but runs the built program on Windows. Skips tests that need more control over its world. */
export async function runCliOnWindows(
  args: readonly string[],
  options: RunProgramOptions,
): Promise<ProgramResult> {
  const { isTTY, platform, random, onStart, clock = createFastClock(), env = {}, ...rest } = options;
  if (Object.values(typeof isTTY === 'object' ? isTTY : { isTTY }).includes(true))
    skipTest('needs a terminal');
  if (platform !== undefined && platform !== 'win32') skipTest(`simulates ${platform}`);
  if (random !== undefined) skipTest('gives the program its random numbers');
  if (options.isOutputClosed === true || options.isFolderGone === true)
    skipTest('closes a stream or removes the folder of the program');
  if (clock.skipsSleeps) skipTest('gives the program a clock that skips sleeps');
  const world = { speed: Math.min(clock.speed, MAX_SPEED), startMs: clock.now(), random: 0.5 };
  const run = startBinary(args, {
    ...rest,
    env: { ...env, STREAMDIVER_TEST_WORLD: JSON.stringify(world) },
  });
  onStart?.({
    signal: (name) => run.kill(name),
    type: () => skipTest('types input'),
    stdout: () => run.stdout(),
    stderr: () => run.stderr(),
  });
  const result = { ...(await run.result), clock };
  // Not enumerable, so that printing the result of a failed assertion does not skip the test.
  return Object.defineProperty(result, 'clock', {
    enumerable: false,
    get: () => skipTest('reads the clock of the program'),
  });
}
