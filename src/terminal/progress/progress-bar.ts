import { clearLine, moveCursor } from 'node:readline';
import ora, { type Ora } from 'ora';
import type { Clock } from '../../clock.ts';
import type { OutputStream } from '../../world.ts';
import { displayWidth } from '../text/display-width.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Style } from '../text/style.ts';
import type { ProgressEvent } from './progress-event.ts';
import { formatProgressLines } from './progress-line.ts';
import type { ProgressRow } from './progress-row.ts';
import { shareDone } from './progress-words.ts';

/** Ten frames per second look smooth and are cheap over a slow connection. */
const FRAME_MS = 100;

export interface ProgressBarOptions {
  readonly stream: OutputStream;
  readonly clock: Clock;
  readonly glyphs: Glyphs;
  readonly style: Style;
  /** Called for each frame, to follow the size of the window. */
  readonly columns: () => number;
}

export interface ProgressBar {
  update(event: ProgressEvent): void;
  stop(): void;
}

/** The state of one ID. */
interface Active extends Pick<ProgressRow, 'event' | 'verification'> {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** As wide as the spinner frame of the first line and its space. */
const MARGIN = '  ';
/**
 * Free cells at the end of a line. Terminals echo `^C` there, which must not wrap into a line that stays. They
 * also differ on when a full line wraps.
 */
const FREE_CELLS = 3;
/** Lines of the screen that keep earlier output. */
const OTHER_LINES = 4;
const DEFAULT_ROWS = 24;

/**
 * Draws one line per active item on a terminal. Meanwhile ora intercepts other output to this stream and to
 * the process's own streams, and prints it above the lines. This is a separate module because loading it
 * takes longer than a short command runs.
 */
export function createProgressBar({
  stream,
  clock,
  glyphs,
  style,
  columns,
}: ProgressBarOptions): ProgressBar {
  const activeById = new Map<string | null, Active>();
  /** Cells of each line of the last frame. */
  let drawnWidths: readonly number[] = [];

  const draw = (): string => {
    const nowMs = clock.monotonicMs();
    const rows = Array.from(activeById.values(), (active): ProgressRow => {
      return { ...active, elapsedMs: nowMs - active.firstMs, silentMs: nowMs - active.lastMs };
    });
    const lines = formatProgressLines(rows, {
      width: Math.max(1, columns() - MARGIN.length - FREE_CELLS),
      maxLines: Math.max(1, (stream.rows || DEFAULT_ROWS) - OTHER_LINES),
      glyphs,
      style,
    });
    drawnWidths = lines.map((line) => MARGIN.length + displayWidth(line));
    return lines.join(`\n${MARGIN}`);
  };

  const spinner: Ora = ora({
    stream,
    // ora would color and animate a redirected stream, but never animate under CI.
    isEnabled: true,
    color: false,
    spinner: { interval: FRAME_MS, frames: glyphs.spinnerFrames.map((frame) => style.cyan(frame)) },
    hideCursor: true,
    // In raw mode, Ctrl-C would no longer be a signal.
    discardStdin: false,
    // Called once per frame, so the text is current without another timer.
    prefixText: () => {
      spinner.text = draw();
      return '';
    },
  });

  /** A terminal that gets narrower wraps the drawn lines, and ora would erase too few of them. */
  const onResize = () => {
    const rows = drawnWidths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns())), 0);
    spinner.stop();
    for (let row = drawnWidths.length; row < rows; row += 1) {
      moveCursor(stream, 0, -1);
      clearLine(stream, 0);
    }
    spinner.start();
  };

  function start(): void {
    if (spinner.isSpinning) return;
    spinner.start();
    stream.on('resize', onResize);
  }

  function stop(): void {
    stream.off('resize', onResize);
    if (spinner.isSpinning) spinner.stop();
  }

  return {
    update(event) {
      if (event.event === 'done') {
        activeById.delete(event.id);
        if (activeById.size === 0) stop();
        return;
      }
      // An event without a package, such as a retried request, is shown until the next event.
      if (event.id !== null) activeById.delete(null);
      activeById.set(event.id, take(event, activeById.get(event.id), clock.monotonicMs()));
      start();
    },
    stop() {
      activeById.clear();
      stop();
    },
  };
}

/** A verification that runs during the download is shown beside it, not instead of it. */
function take(event: ProgressEvent, known: Active | undefined, nowMs: number): Active {
  if (known === undefined) return { event, verification: null, firstMs: nowMs, lastMs: nowMs };
  if (event.event !== 'verify') return { ...known, event, lastMs: nowMs };
  const isBeside = known.event.event === 'progress' && (shareDone(known.event) ?? 1) < 1;
  return isBeside
    ? { ...known, verification: event }
    : { ...known, event, verification: null, lastMs: nowMs };
}
