import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Job } from './packer.ts';

/** Passes non-ASCII names through unchanged. */
function environment(locale: string): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: locale, LANG: locale, PYTHONUTF8: '1' };
}

interface ToolOptions {
  /** Standard input: a text, or a file in the folder. */
  readonly input?: string | { readonly file: string };
  readonly locale?: string;
  /** Writes the archive to standard output through a pipe, as for a server. */
  readonly isPiped?: boolean;
}

/**
 * Runs a program in the folder of the job.
 * @throws Error with its standard error output
 */
export function runTool(
  { folder, archive }: Job,
  command: readonly string[],
  { input = '', locale = 'C.UTF-8', isPiped = false }: ToolOptions = {},
): void {
  const [file = '', ...args] = isPiped
    ? // A file as standard output would be seekable.
      ['sh', '-c', 'archive=$1; shift; "$@" | cat > "$archive"', 'sh', archive, ...command]
    : command;
  const stdin = typeof input === 'string' ? 'pipe' : openSync(`${folder}/${input.file}`, 'r');
  try {
    execFileSync(file, args, {
      cwd: folder,
      env: environment(locale),
      maxBuffer: 2 ** 26,
      ...(typeof input === 'string' ? { input } : {}),
      stdio: [stdin, 'pipe', 'pipe'],
    });
  } finally {
    if (typeof stdin === 'number') closeSync(stdin);
  }
}

/** The first number with a dot that a program prints; null if it is not installed. */
export function toolVersion(command: readonly string[]): string | null {
  const [file = '', ...args] = command;
  const { error, status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8' });
  if (error !== undefined || status === 127) return null;
  return /\d+\.\d+[\w.]*/.exec(stdout + stderr)?.[0] ?? null;
}
