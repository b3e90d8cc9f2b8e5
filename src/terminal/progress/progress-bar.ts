import ora, { type Ora } from 'ora';
import type { Clock } from '../../clock.ts';
import type { OutputStream } from '../../world.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Style } from '../text/style.ts';
import type { ProgressEvent } from './progress-event.ts';
import { formatProgressLines } from './progress-line.ts';
import type { ProgressRow } from './progress-row.ts';
import { shareDone } from './progress-words.ts';

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

/** What is known of one id. */
interface Active extends Pick<ProgressRow, 'event' | 'verification'> {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** As wide as the frame of the first line and its space. */
const MARGIN = '  ';
/**
 * Kept free at the end of a line: terminals echo `^C` there, which must not begin a line that nobody
 * takes away again, and differ in whether writing in the last cell begins one.
 */
const FREE_CELLS = 3;
/** Lines of the screen that are left to what was there before. */
const OTHER_LINES = 4;
const DEFAULT_ROWS = 24;

/**
 * Redrawn lines on a terminal, one for each thing that is under way; the stream must be one. While
 * they are drawn ora intercepts what else is written to this stream and to the process's own: it is
 * printed above them. Kept in a module of its own because loading it costs more than a short command
 * does.
 */
export function createProgressBar({
  stream,
  clock,
  glyphs,
  style,
  columns,
}: ProgressBarOptions): ProgressBar {
  const activeById = new Map<string | null, Active>();

  const draw = (): string => {
    const nowMs = clock.monotonicMs();
    const rows = Array.from(activeById.values(), (active): ProgressRow => {
      return { ...active, elapsedMs: nowMs - active.firstMs, silentMs: nowMs - active.lastMs };
    });
    return formatProgressLines(rows, {
      width: Math.max(1, columns() - MARGIN.length - FREE_CELLS),
      maxLines: Math.max(1, (stream.rows || DEFAULT_ROWS) - OTHER_LINES),
      glyphs,
      style,
    }).join(`\n${MARGIN}`);
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
      activeById.set(event.id, take(event, activeById.get(event.id), clock.monotonicMs()));
      if (!spinner.isSpinning) spinner.start();
    },
    stop() {
      activeById.clear();
      if (spinner.isSpinning) spinner.stop();
    },
  };
}

/** A verification that goes on while bytes still come is shown beside them, not in their place. */
function take(event: ProgressEvent, known: Active | undefined, nowMs: number): Active {
  if (known === undefined) return { event, verification: null, firstMs: nowMs, lastMs: nowMs };
  if (event.event !== 'verify') return { ...known, event, lastMs: nowMs };
  const isBeside = known.event.event === 'progress' && (shareDone(known.event) ?? 1) < 1;
  return isBeside
    ? { ...known, verification: event }
    : { ...known, event, verification: null, lastMs: nowMs };
}
