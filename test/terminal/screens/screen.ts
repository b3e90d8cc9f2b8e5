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
  /** Replaces other differences between runs in the lines of the screen. */
  readonly alike?: (lines: readonly string[]) => readonly string[];
}

export interface ScreenRun extends PtyRun {
  /** The screen with fixed folders, ports, and times. */
  shown(): string;
  shownPainted(): string;
}

/** Starts the program in a terminal. Splits the line at spaces. */
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

/** Runs the program to its end, and returns the screen. */
export async function screenOf(line: string, options: ScreenOptions): Promise<ScreenRun> {
  const run = runOnScreen(line, options);
  await run.exited;
  return run;
}

/** Compares a screen with its snapshot. Check each change of a snapshot before you commit it. */
export async function expectScreen(run: ScreenRun, columns: number, name: string): Promise<void> {
  await expect(run.shown()).toMatchFileSnapshot(`goldens/${columns}/${name}.txt`);
}

/** The same with colors, only those of the terminal's palette, which suit light and dark backgrounds. */
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

/** Wraps like a terminal, even within a word. */
function wrapAtEdge(line: string, columns: number): readonly string[] {
  const rows = [''];
  for (const { segment } of graphemes.segment(line)) {
    if (displayWidth((rows.at(-1) ?? '') + segment) > columns) rows.push('');
    rows[rows.length - 1] += segment;
  }
  return rows.map((row) => row.trimEnd());
}
