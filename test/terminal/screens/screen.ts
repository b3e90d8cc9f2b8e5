import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { displayWidth } from '../../../src/terminal/text/display-width.ts';
import type { ApiServer } from '../../support/api/api-server.ts';
import { type PtyRun, runInPty } from '../../support/process/pty.ts';
import { makeEnv, makePlace, type RunPlace } from '../../support/process/run-place.ts';

const BINARY = fileURLToPath(new URL('../../../bin/streamdiver-dl.js', import.meta.url));
const graphemes = new Intl.Segmenter();

export interface ScreenOptions {
  readonly api?: ApiServer;
  readonly columns: number;
  readonly place?: RunPlace;
  readonly token?: string | null;
  readonly env?: Readonly<Record<string, string>>;
  /** Replaces whatever else differs between runs in the lines of the screen. */
  readonly alike?: (lines: readonly string[]) => readonly string[];
}

export interface ScreenRun extends PtyRun {
  /** What the screen shows, with the same text for folders, ports, and times in each run. */
  shown(): string;
  shownPainted(): string;
}

/** Starts the program as a person does. The line is split at spaces. */
export function runOnScreen(
  line: string,
  { api, columns, place = makePlace(), token, env = {}, alike = (lines) => lines }: ScreenOptions,
): ScreenRun {
  const pty = runInPty({
    command: process.execPath,
    args: [BINARY, ...line.split(' ')],
    cwd: place.cwd,
    columns,
    env: makeEnv(place, {
      ...(api === undefined ? {} : { api }),
      ...(token === undefined ? {} : { token }),
      env,
    }),
  });
  const steady = (lines: readonly string[]) => alike(lines.map((line) => withoutChance(line, place, api)));
  return {
    ...pty,
    shown: () =>
      `${steady(pty.lines())
        .flatMap((line) => wrapAtEdge(line, columns))
        .join('\n')}\n`,
    shownPainted: () => `${steady(pty.painted().split('\n')).join('\n')}\n`,
  };
}

/** The screen when the program has ended. */
export async function screenOf(line: string, options: ScreenOptions): Promise<ScreenRun> {
  const run = runOnScreen(line, options);
  await run.exited;
  return run;
}

/** How a screen looks. Look at each change before you keep it. */
export async function expectScreen(run: ScreenRun, columns: number, name: string): Promise<void> {
  await expect(run.shown()).toMatchFileSnapshot(`goldens/${columns}/${name}.txt`);
}

/** The same with its colors. They are those of the palette, which suit a light and a dark background. */
export async function expectPainted(run: ScreenRun, columns: number, name: string): Promise<void> {
  const painted = run.shownPainted();
  expect(painted).not.toMatch(/\{(?:[a-z]+ )*(?:color|background)/);
  await expect(painted).toMatchFileSnapshot(`goldens/${columns}/${name}-colors.txt`);
}

const SPINNER = /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/gu;

function withoutChance(text: string, { cwd, home, temp }: RunPlace, api?: ApiServer): string {
  return text
    .replaceAll(cwd, '/home/anna/work')
    .replaceAll(home, '/home/anna')
    .replaceAll(temp, '/tmp')
    .replaceAll(/\/streamdiver-dl-demo-\w+/g, '/streamdiver-dl-demo-x1Yz2A')
    .replaceAll(api?.origin ?? '\0', 'https://api.example')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:54321')
    .replaceAll(/\d+\.\ds(?:, [\d.]+ [KM]iB\/s)?/g, '0.1s')
    .replaceAll(/[\d.]+ [GT]iB free/g, '70 GiB free')
    .replaceAll(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏](?<rest>.* · )\d+s$/gu, '⠋$<rest>0s')
    .replaceAll(SPINNER, '⠋');
}

/** As a terminal wraps: in the middle of a word. */
function wrapAtEdge(line: string, columns: number): readonly string[] {
  const rows = [''];
  for (const { segment } of graphemes.segment(line)) {
    if (displayWidth((rows.at(-1) ?? '') + segment) > columns) rows.push('');
    rows[rows.length - 1] += segment;
  }
  return rows.map((row) => row.trimEnd());
}
