import { main } from '../../../src/main.ts';
import { WINE } from '../windows/launcher.ts';
import { runCliOnWindows } from '../windows/run-cli-on-windows.ts';
import { type ProgramResult, type RunProgramOptions, runProgram } from './run-program.ts';

// Preloaded, so that the first request does not spend its fast seconds on loading modules.
await Promise.all([
  import('../../../src/context.ts'),
  import('../../../src/io.ts'),
  import('../../../src/http/undici.ts'),
]);

/** Runs the program in this process (see `runProgram`), or in tests for Windows, the built program under Wine. */
export function runCli(args: readonly string[], options: RunProgramOptions = {}): Promise<ProgramResult> {
  return WINE === null ? runProgram(main, args, options) : runCliOnWindows(args, options);
}
