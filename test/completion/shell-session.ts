import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { ApiServer } from '../support/api/api-server.ts';
import { type PtyRun, runInPty } from '../support/process/pty.ts';
import { makeEnv, makePlace, type RunPlace } from '../support/process/run-place.ts';

export type RealShell = 'bash' | 'zsh' | 'fish';

/** On a busy machine, completion exceeds its time limit, and a user would press Tab again. */
const PATIENCE_MS = 4_000;
const BINARY = fileURLToPath(new URL('../../bin/streamdiver-dl.js', import.meta.url));

/** A shell at its prompt, with the completion script loaded as in the help. */
export interface ShellSession {
  readonly place: RunPlace;
  readonly terminal: PtyRun;
  /** Types keys and waits for the expected screen. */
  type(keys: string, expected: string | RegExp): Promise<void>;
  /** Presses Enter and returns the arguments that the program received. */
  enter(): Promise<readonly string[]>;
}

export function hasShell(shell: RealShell): boolean {
  try {
    execFileSync(shell, ['--version'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

const COMMANDS: Readonly<Record<RealShell, readonly string[]>> = {
  bash: ['--noprofile', '--norc', '-i'],
  zsh: ['-f', '-i'],
  fish: ['--no-config', '-i'],
};
const SETUP: Readonly<Record<RealShell, string>> = {
  bash: `PS1='> '; bind 'set enable-bracketed-paste off'; eval "$(streamdiver-dl completion bash)"`,
  zsh: `PS1='> '; autoload -U compinit && compinit -u -D; eval "$(streamdiver-dl completion zsh)"`,
  fish: `function fish_prompt; echo '> '; end; set -g fish_autosuggestion_enabled 0; streamdiver-dl completion fish | source`,
};

/** Opens a shell in which `streamdiver-dl` really completes, but otherwise only records its arguments. */
export async function openShell(
  shell: RealShell,
  {
    api,
    setUp = SETUP[shell],
    place = makePlace(),
  }: { api?: ApiServer; setUp?: string; place?: RunPlace } = {},
): Promise<ShellSession> {
  const bin = join(place.temp, 'bin');
  mkdirSync(bin);
  const program = join(bin, 'streamdiver-dl');
  const wordsPath = join(place.temp, 'words');
  writeFileSync(
    program,
    `#!/bin/sh
case $1 in completion|__complete) exec '${process.execPath}' '${BINARY}' "$@" ;; esac
printf '%s\\0' "$@" > '${wordsPath}.new' && mv '${wordsPath}.new' '${wordsPath}' && echo WORDS-END
`,
  );
  chmodSync(program, 0o755);
  const env = makeEnv(place, { ...(api === undefined ? {} : { api }), env: { ZDOTDIR: place.home } });
  const terminal = runInPty({
    command: shell,
    args: COMMANDS[shell],
    cwd: place.cwd,
    columns: 100,
    rows: 40,
    env: { ...env, PATH: `${bin}:${env['PATH']}`, LANG: 'C.UTF-8', HISTFILE: '' },
  });
  onTestFinished(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${terminal.screen()}\n`);
  });
  terminal.write(`${setUp}\r`);
  terminal.write(`clear; echo rea''dy\r`);
  await terminal.waitFor(/(^|\n)ready\n[^]*>/);
  let lines = 0;
  return {
    place,
    terminal,
    async type(keys, expected) {
      terminal.write(keys);
      try {
        await terminal.waitFor(expected, PATIENCE_MS);
      } catch (error) {
        if (!keys.endsWith('\t')) throw error;
        terminal.write('\t');
        await terminal.waitFor(expected);
      }
    },
    async enter() {
      terminal.write('\r');
      await terminal.waitFor('WORDS-END');
      const words = readFileSync(wordsPath, 'utf8').split('\0').slice(0, -1);
      lines += 1;
      // Split by quotes, so that the typed line does not match its own output.
      terminal.write(
        `clear; echo lin''e-${lines}
`,
      );
      await terminal.waitFor(new RegExp(`^line-${lines}\n`));
      return words;
    },
  };
}
