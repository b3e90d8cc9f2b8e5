import ora, { type Ora } from 'ora';
import type { Clock } from '../clock.ts';
import type { OutputStream } from '../world.ts';
import type { Glyphs } from './glyphs.ts';
import { formatProgressLine } from './progress-line.ts';
import type { Style } from './style.ts';
import type { ProgressEvent } from './terminal.ts';

/** Ten pictures a second are enough for the eye and cheap over a slow line. */
const FRAME_MS = 100;

export interface ProgressBarOptions {
  readonly stream: OutputStream;
  readonly clock: Clock;
  readonly glyphs: Glyphs;
  readonly style: Style;
  /** Asked again for each picture, so that a resized window is noticed. */
  readonly columns: () => number;
}

export interface ProgressBar {
  update(event: ProgressEvent): void;
  stop(): void;
}

interface Active {
  readonly sinceMs: number;
  event: ProgressEvent;
}

/**
 * One redrawn line on a terminal; the stream must be one. While it is drawn ora intercepts what else
 * is written to this stream and to the process's own: it is printed above the line. Kept in a module of its own because
 * loading it costs more than a short command does.
 */
export function createProgressBar({
  stream,
  clock,
  glyphs,
  style,
  columns,
}: ProgressBarOptions): ProgressBar {
  const activeById = new Map<string | null, Active>();
  let currentId: string | null = null;

  const draw = (): string => {
    const current = activeById.get(currentId) ?? Array.from(activeById.values()).at(-1);
    if (current === undefined) return '';
    const elapsedMs = clock.monotonicMs() - current.sinceMs;
    const activeCount = activeById.size - (activeById.has(null) ? 1 : 0);
    // The frame and its space come before the text; the last cell stays free, since terminals
    // differ in whether writing there begins a new line.
    const width = Math.max(1, columns() - 3);
    return formatProgressLine({ event: current.event, elapsedMs, activeCount }, width, glyphs);
  };

  const spinner: Ora = ora({
    stream,
    // Decided by us: ora would colour and animate a redirected stream, and not animate at all under CI.
    isEnabled: true,
    color: false,
    spinner: { interval: FRAME_MS, frames: glyphs.spinnerFrames.map((frame) => style.cyan(frame)) },
    hideCursor: true,
    // Else standard input goes into raw mode and Ctrl-C no longer is a signal.
    discardStdin: false,
    // Called once a picture: the way to have the text of the moment without a timer of our own.
    prefixText: () => {
      spinner.text = draw();
      return '';
    },
  });

  return {
    update(event) {
      if (event.event === 'done') {
        activeById.delete(event.id);
        if (activeById.size === 0) spinner.stop();
        return;
      }
      // What concerns no package (a request that is tried again) is shown until something else happens.
      if (event.id !== null) activeById.delete(null);
      const active = activeById.get(event.id);
      if (active === undefined) activeById.set(event.id, { sinceMs: clock.monotonicMs(), event });
      else active.event = event;
      currentId = event.id;
      if (!spinner.isSpinning) spinner.start();
    },
    stop() {
      activeById.clear();
      if (spinner.isSpinning) spinner.stop();
    },
  };
}
