import type { Clock } from '../../clock.ts';
import type { InputStream, OutputStream } from '../../world.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Style } from '../text/style.ts';

/** What all prompts are drawn with and asked through. */
export interface PromptOptions {
  readonly stdin: InputStream;
  readonly stderr: OutputStream;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly style: Style;
  readonly glyphs: Glyphs;
  /** Width of standard error in cells, now. */
  readonly columns: () => number;
}

/** Cells of a line; the last one stays free, where terminals differ about what comes next. */
export function frameWidth({ stderr, columns }: Pick<PromptOptions, 'stderr' | 'columns'>): number {
  return Math.max(1, Math.min(columns(), stderr.columns ?? Number.POSITIVE_INFINITY) - 1);
}
