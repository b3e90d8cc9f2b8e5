import type { Readable, Writable } from 'node:stream';
import type { Clock } from './clock.ts';

/** The parts of a standard stream that this program uses. */
export type OutputStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};
export type InputStream = Readable & { readonly isTTY?: boolean };

export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/**
 * Everything outside the program that one invocation can use. `node-world.ts` creates it from `process`, and tests
 * create their own. Nothing else reads `process`.
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
  /** The user ID of the process, comparable to the owner of files; null on Windows. */
  readonly userId: number | null;
  /** Changes when the parent process exits. */
  readonly parentPid: () => number;
  /** A zombie process counts as dead if the system reports it (Linux). */
  readonly isProcessAlive: (pid: number) => boolean;
  /**
   * Distinguishes a process from a later one with the same ID; null if the system does not report it. Known for this
   * process on every system.
   */
  readonly processStartedAt: (pid: number) => string | null;
  /** How long this machine has been running. */
  readonly uptimeMs: () => number;
  /** Folder for temporary files. */
  readonly temporaryFolder: string;
  readonly clock: Clock;
  /** Uniform in [0, 1), for jitter and temporary names. */
  readonly random: () => number;
  /** A lower limit for one API response, for completion. */
  readonly responseLimitBytes?: number;
  /** Calls back on each signal; returns a function that stops listening. */
  readonly onSignal: (name: SignalName, callback: () => void) => () => void;
  /** Whether any of the three standard streams is a terminal. */
  readonly hasTerminal: () => boolean;
  /** Whether standard output was closed when the process started (Linux): bytes would be lost. */
  readonly isOutputClosed: () => boolean;
  /** Ends the process immediately (a second Ctrl-C). */
  readonly exitNow: (exitCode: number) => void;
}
