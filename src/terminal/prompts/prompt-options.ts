import type { Clock } from '../../clock.ts';
import type { InputStream, OutputStream } from '../../world.ts';
import type { Glyphs } from '../text/glyphs.ts';
import type { Style } from '../text/style.ts';

/** The streams and the appearance of all prompts. */
export interface PromptOptions {
  readonly stdin: InputStream;
  readonly stderr: OutputStream;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Calls the listener with the reason whenever a failed request is retried; returns how to stop. */
  readonly onRetry: (listener: (reason: string) => void) => () => void;
  readonly style: Style;
  readonly glyphs: Glyphs;
  /** Width of standard error in cells, now. */
  readonly columns: () => number;
}

/** Cells of a line. The last cell stays free, because terminals differ on when a full line wraps. */
export function frameWidth({ stderr, columns }: Pick<PromptOptions, 'stderr' | 'columns'>): number {
  return Math.max(1, Math.min(columns(), stderr.columns ?? Number.POSITIVE_INFINITY) - 1);
}
