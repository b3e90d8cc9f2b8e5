import { createFastClock } from '../support/fast-clock.ts';
import { runCli } from '../support/process/run-cli.ts';
import type { ProgramResult, RunProgramOptions } from '../support/process/run-program.ts';

/**
 * Runs the program on a clock that is fast enough for waiting, but slow enough that no request times out
 * on a busy machine, because these tests count requests.
 */
export function runCommand(args: readonly string[], options: RunProgramOptions = {}): Promise<ProgramResult> {
  return runCli(args, { clock: createFastClock({ speed: 20 }), ...options });
}
