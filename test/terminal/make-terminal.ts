import type { Clock } from '../../src/clock.ts';
import { createTerminal, type TerminalOptions } from '../../src/terminal/create-terminal.ts';
import type { Terminal } from '../../src/terminal/terminal.ts';
import { type CapturedStream, captureStream, openInput } from '../support/process/streams.ts';

/** A clock that advances only by `advance`. */
export interface HandClock extends Clock {
  advance(byMs: number): void;
}

export const START_MS = Date.UTC(2026, 0, 15, 12, 0, 0);

export function createHandClock(): HandClock {
  let elapsedMs = 0;
  return {
    now: () => START_MS + elapsedMs,
    monotonicMs: () => elapsedMs,
    sleep: () => Promise.reject(new Error('the terminal never sleeps')),
    after: () => {
      throw new Error('the terminal has no timers of its own');
    },
    advance(byMs) {
      elapsedMs += byMs;
    },
  };
}

export interface TestTerminal {
  readonly terminal: Terminal;
  readonly stdout: CapturedStream;
  readonly stderr: CapturedStream;
  readonly clock: HandClock;
}

export interface TestTerminalOptions extends Partial<TerminalOptions> {
  /** All three streams are terminals. */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** A terminal over streams in memory, with a UTF-8 locale and default options. */
export function makeTerminal({
  isTTY = false,
  columns = 80,
  ...options
}: TestTerminalOptions = {}): TestTerminal {
  const stdout = captureStream({ isTTY, columns });
  const stderr = captureStream({ isTTY, columns });
  const clock = createHandClock();
  const terminal = createTerminal({
    stdin: openInput({ isTTY }),
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: { LANG: 'C.UTF-8' },
    platform: 'linux',
    clock,
    format: 'table',
    fields: undefined,
    fullIds: false,
    quiet: false,
    verbosity: 0,
    progressMode: 'auto',
    colorMode: 'auto',
    noInput: false,
    ...options,
  });
  return { terminal, stdout, stderr, clock };
}
