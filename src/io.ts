import type { GlobalFlags } from './flags/global-flags.ts';
import { createTerminal } from './terminal/create-terminal.ts';
import type { Terminal } from './terminal/terminal.ts';
import type { World } from './world.ts';

/** Creates the terminal over the world's streams, according to the flags. */
export function createIo(world: World, flags: GlobalFlags, redact?: (text: string) => string): Terminal {
  return createTerminal({
    get stdin() {
      return world.stdin;
    },
    stdout: world.stdout,
    stderr: world.stderr,
    env: world.env,
    platform: world.platform,
    clock: world.clock,
    format: flags.format ?? 'table',
    fields: flags.fields,
    fullIds: flags.fullIds,
    quiet: flags.quiet,
    verbosity: flags.verbosity,
    progressMode: flags.progress,
    colorMode: flags.color,
    noInput: flags.noInput,
    ...(redact === undefined ? {} : { redact }),
  });
}
