import { fileURLToPath } from 'node:url';
import { type ApiServer, startApi } from '../support/api/api-server.ts';
import { makeZipObject } from '../support/faults/served-object.ts';
import { type PtyOptions, type PtyRun, runInPty } from '../support/process/pty.ts';
import { makeEnv, makePlace, type RunPlace } from '../support/process/run-place.ts';
import { MEDIA, TRANSCRIPTS } from './library.ts';

const BINARY = fileURLToPath(new URL('../../bin/streamdiver-dl.js', import.meta.url));

export interface InteractiveOptions extends Pick<PtyOptions, 'columns' | 'rows' | 'env'> {
  readonly place?: RunPlace;
  readonly token?: string | null;
  /** A bash line where `$SD` starts the program, instead of running the program alone. */
  readonly shellLine?: string;
}

/** An API with the small library, or with the given options instead. */
export function startLibrary(options: Parameters<typeof startApi>[0] = {}): Promise<ApiServer> {
  return startApi({
    packages: [],
    files: { one: makeZipObject(2_000) },
    media: MEDIA,
    transcripts: TRANSCRIPTS,
    ...options,
  });
}

/** Runs the built program in a pseudo-terminal, with the environment of an interactive user. */
export function runInteractive(
  args: readonly string[],
  api: ApiServer,
  { shellLine, place = makePlace(), token, env, ...size }: InteractiveOptions = {},
): PtyRun {
  const words = [process.execPath, BINARY];
  return runInPty({
    command: shellLine === undefined ? process.execPath : 'bash',
    args: shellLine === undefined ? [BINARY, ...args] : ['-c', shellLine],
    cwd: place.cwd,
    env: {
      ...makeEnv(place, { api, ...(token === undefined ? {} : { token }) }),
      SD: words.join(' '),
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      ...env,
    },
    ...size,
  });
}

/** Presses keys and waits for the expected screen. */
export async function press(pty: PtyRun, keys: string, expected: string | RegExp): Promise<void> {
  pty.write(keys);
  await pty.waitFor(expected);
}
