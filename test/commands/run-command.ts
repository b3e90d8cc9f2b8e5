import { afterThisTest } from '../support/after-this-test.ts';
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

/** Runs the program, and interrupts it like Ctrl-C once `isTime` returns true. */
export function runUntil(
  isTime: () => boolean,
  args: readonly string[],
  options: RunProgramOptions = {},
): Promise<ProgramResult> {
  return runCommand(args, {
    ...options,
    onStart(control) {
      const timer = setInterval(() => {
        if (!isTime()) return;
        clearInterval(timer);
        control.signal('SIGINT');
      }, 5);
      afterThisTest(async () => clearInterval(timer));
    },
  });
}

/** Runs the program in a terminal, and types each reply when its text appears. */
export function runAnswering(
  answers: readonly (readonly [text: string, keys: string])[],
  args: readonly string[],
  options: RunProgramOptions = {},
): Promise<ProgramResult> {
  return runCommand(args, {
    isTTY: true,
    keepInputOpen: true,
    ...options,
    onStart(control) {
      let answered = 0;
      let readTo = 0;
      const timer = setInterval(() => {
        const [text = '', keys = ''] = answers[answered] ?? [];
        const found = control.stderr().indexOf(text, readTo);
        if (found === -1) return;
        readTo = found + text.length;
        control.type(keys);
        answered += 1;
        if (answered === answers.length) clearInterval(timer);
      }, 5);
      afterThisTest(async () => clearInterval(timer));
    },
  });
}
