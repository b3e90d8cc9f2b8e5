import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { OutputStream, World } from '../world.ts';

export interface Pager {
  /** Replaces standard output; has the properties of the terminal behind it. */
  readonly stdout: OutputStream;
  /** Resolves when the user has closed the pager. */
  close(): Promise<void>;
}

/**
 * Starts the pager of PAGER for help on a terminal. The variable is a shell command, as for git and man.
 * @returns null if the pager cannot be started
 */
export async function openPager({ env, stdout }: Pick<World, 'env' | 'stdout'>): Promise<Pager | null> {
  const child = spawn(env['PAGER'] ?? '', {
    shell: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    // Quit if the text fits on one screen, keep colors, and leave the text on the screen, as git does. Windows must not
    // look up the pager in the current folder.
    env: { LESS: 'FRX', LV: '-c', ...env, NoDefaultCurrentDirectoryInExePath: '1' },
  });
  const exit = once(child, 'close');
  try {
    await Promise.race([once(child, 'spawn'), exit]);
  } catch {
    return null;
  }
  // A user who closes the pager early has read enough.
  child.stdin.on('error', () => undefined);
  const { columns, rows } = stdout;
  return {
    stdout: Object.assign(child.stdin, {
      isTTY: true,
      ...(columns === undefined ? {} : { columns }),
      ...(rows === undefined ? {} : { rows }),
    }),
    async close() {
      child.stdin.end();
      await exit;
    },
  };
}
