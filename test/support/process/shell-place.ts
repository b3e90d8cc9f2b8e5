import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeEnv, makePlace, type RunPlace } from './run-place.ts';

const BINARY = fileURLToPath(new URL('../../../bin/streamdiver-dl.js', import.meta.url));

export interface ShellPlace extends RunPlace {
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Creates a folder in which `streamdiver-dl` is this program.
 * @param programs additional shell scripts, by name
 */
export function makeShellPlace(programs: Readonly<Record<string, string>> = {}): ShellPlace {
  const place = makePlace();
  const bin = join(place.temp, 'bin');
  mkdirSync(bin);
  const all = { 'streamdiver-dl': `exec "${process.execPath}" "${BINARY}" "$@"`, ...programs };
  for (const [name, script] of Object.entries(all)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = makeEnv(place, { token: null });
  return { ...place, env: { ...env, PATH: `${bin}:${env['PATH']}`, PAUSE: '0' } };
}

export interface ShellRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command against its own sandbox. */
export function runInSandbox(
  command: readonly string[],
  place: Pick<ShellPlace, 'cwd' | 'env'>,
  sandboxFlags: readonly string[] = [],
): ShellRun {
  return runShell(['streamdiver-dl', 'sandbox', '--prepare', '0', ...sandboxFlags, '--', ...command], place);
}

export function runShell(
  [program = '', ...words]: readonly string[],
  { cwd, env }: Pick<ShellPlace, 'cwd' | 'env'>,
): ShellRun {
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}
