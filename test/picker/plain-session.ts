import { createClock } from '../../src/clock.ts';
import { runCommand } from '../commands/run-command.ts';
import type { ApiServer } from '../support/api/api-server.ts';
import { createFastClock } from '../support/fast-clock.ts';
import type { ProgramResult, RunProgramOptions } from '../support/process/run-program.ts';

/** The end of the output while the program waits for a line of input. */
const WAITING = /(?:Your (?:choice|response[^\n]*):|\[y\/N\]) $/;

export interface PlainSession extends ProgramResult {
  /** Standard error and the responses, as shown on the terminal. */
  readonly screen: string;
}

/**
 * Runs a command in this process and responds to its prompts, which are plain lines as for a screen reader. After the
 * last response, another prompt receives Ctrl-C.
 */
export async function runPlainSession(
  args: readonly string[],
  api: ApiServer,
  responses: readonly string[],
  { env, ...options }: RunProgramOptions = {},
): Promise<PlainSession> {
  const left = [...responses];
  let screen = '';
  let seen = 0;
  let timer: NodeJS.Timeout | undefined;
  try {
    const result = await runCommand(args, {
      api,
      isTTY: { stdin: true, stderr: true },
      keepInputOpen: true,
      // The ages of the media in the tests are relative to the current time.
      clock: createFastClock({ speed: 20, startMs: createClock().now() }),
      env: { ACCESSIBLE: '1', NO_COLOR: '1', LANG: 'C.UTF-8', ...env },
      ...options,
      onStart: (control) => {
        timer = setInterval(() => {
          const text = control.stderr().slice(seen);
          if (!WAITING.test(text)) return;
          seen += text.length;
          const response = left.shift();
          screen += `${text}${response ?? '^C'}\n`;
          if (response === undefined) control.signal('SIGINT');
          else control.type(`${response}\n`);
        }, 2);
      },
    });
    return { ...result, screen: screen + result.stderr.slice(seen) };
  } finally {
    clearInterval(timer);
  }
}
