import type { Glyphs } from '../text/glyphs.ts';
import type { Style } from '../text/style.ts';
import type { ProgressEvent } from './progress-event.ts';

/** One thing that is under way. */
export interface ProgressRow {
  /** What is to be shown. */
  readonly event: ProgressEvent;
  /** How far the verification is while bytes still come; null when none is under way. */
  readonly verification: ProgressEvent | null;
  /** Since the first event about the same id. */
  readonly elapsedMs: number;
  /** Since the last one. */
  readonly silentMs: number;
}

/** What there is to draw with, and room for it. */
export interface ProgressAppearance {
  /** Cells in a line. */
  readonly width: number;
  readonly maxLines: number;
  readonly glyphs: Glyphs;
  readonly style: Style;
}
