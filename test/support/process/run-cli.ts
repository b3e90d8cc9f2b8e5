import { main } from '../../../src/main.ts';
import { WINE } from '../windows/launcher.ts';
import { runCliOnWindows } from '../windows/run-cli-on-windows.ts';
import { type ProgramResult, type RunProgramOptions, runProgram } from './run-program.ts';

// Loaded here once: the first request must not spend its fast seconds on reading modules.
await Promise.all([
  import('../../../src/context.ts'),
  import('../../../src/io.ts'),
  import('../../../src/http/undici.ts'),
]);

/** Runs the program inside this process, see `runProgram`; in tests for Windows, the built one there. */
export function runCli(args: readonly string[], options: RunProgramOptions = {}): Promise<ProgramResult> {
  return WINE === null ? runProgram(main, args, options) : runCliOnWindows(args, options);
}
