import type { Glyphs } from '../text/glyphs.ts';
import type { Style } from '../text/style.ts';
import type { ProgressEvent } from './progress-event.ts';

/** One active item. */
export interface ProgressRow {
  /** The event to show. */
  readonly event: ProgressEvent;
  /** A verification that runs during the download; null without one. */
  readonly verification: ProgressEvent | null;
  /** Since the first event with the same ID. */
  readonly elapsedMs: number;
  /** Since the last one. */
  readonly silentMs: number;
}

/** Space and means to draw. */
export interface ProgressAppearance {
  /** Cells in a line. */
  readonly width: number;
  readonly maxLines: number;
  readonly glyphs: Glyphs;
  readonly style: Style;
}
