import type { Readable, Writable } from 'node:stream';
import type { Clock } from './clock.ts';

/** A standard stream as far as this program looks at it. */
export type OutputStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};
export type InputStream = Readable & { readonly isTTY?: boolean };

export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/**
 * Everything outside the program that one invocation may touch. `node-world.ts` makes it from
 * `process`, tests make their own; nothing else reads `process`.
 */
export interface World {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** The current folder; throws when it was deleted. */
  readonly cwd: () => string;
  readonly platform: NodeJS.Platform;
  readonly nodeVersion: string;
  readonly hostname: string;
  readonly pid: number;
  /** Who the process runs as, as files tell their owner; null on Windows. */
  readonly userId: number | null;
  /** Changes when the parent died. */
  readonly parentPid: () => number;
  /** One that has ended may keep its number for long; where the system tells (Linux), it counts as dead. */
  readonly isProcessAlive: (pid: number) => boolean;
  /** Tells a process from a later one of the same number; null where the system does not tell. */
  readonly processStartedAt: (pid: number) => string | null;
  /** How long this machine has been running. */
  readonly uptimeMs: () => number;
  /** Folder for temporary files. */
  readonly temporaryFolder: string;
  readonly clock: Clock;
  /** Uniform in [0, 1), for jitter and temporary names. */
  readonly random: () => number;
  /** Of one response of the API, where less than usual must do: somebody waits for a completion. */
  readonly responseLimitBytes?: number;
  /** Calls back on each arrival of a signal; returns the function that stops listening. */
  readonly onSignal: (name: SignalName, callback: () => void) => () => void;
  /** Whether any of the three standard streams is a terminal. */
  readonly hasTerminal: () => boolean;
  /** Whether standard output was closed when the process began, where the system tells (Linux): bytes would be lost. */
  readonly isOutputClosed: () => boolean;
  /** Ends the process at once (a second Ctrl-C). */
  readonly exitNow: (exitCode: number) => void;
}
