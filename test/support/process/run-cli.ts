import { main } from '../../../src/main.ts';
import { type ProgramResult, type RunProgramOptions, runProgram } from './run-program.ts';

// Preloaded, so that the first request does not spend its fast seconds on loading modules.
await Promise.all([
  import('../../../src/context.ts'),
  import('../../../src/io.ts'),
  import('../../../src/http/undici.ts'),
]);

/** Runs the program in this process; see `runProgram`. */
export function runCli(args: readonly string[], options: RunProgramOptions = {}): Promise<ProgramResult> {
  return runProgram(main, args, options);
}
