import { type ChildProcess, spawn } from 'node:child_process';
import type { RunOptions } from './run-place.ts';

export interface StartOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input: RunOptions['input'] | undefined;
  readonly keepInputOpen: boolean | undefined;
  /** Called whenever there is more output. */
  readonly onOutput: () => void;
}

export interface StartedProgram {
  readonly child: ChildProcess;
  /** What was written so far. */
  output(name: 'stdout' | 'stderr'): Buffer;
}

/** Starts a command with three pipes. */
export function startProgram(
  [command = '', ...args]: readonly string[],
  { cwd, env, input, keepInputOpen, onOutput }: StartOptions,
): StartedProgram {
  const child = spawn(command, args, { cwd, env, stdio: 'pipe' });
  // The program may end before it has read its input.
  child.stdin.on('error', () => child.stdin.destroy());
  if (input !== undefined) child.stdin.write(input);
  if (keepInputOpen !== true) child.stdin.end();
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      chunks[name].push(chunk);
      onOutput();
    });
  }
  return { child, output: (name) => Buffer.concat(chunks[name]) };
}
