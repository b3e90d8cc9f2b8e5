import type { Clock } from '../clock.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { countMedia, formatCount } from '../terminal/text/format.ts';

/** Frequent enough for a smooth display. */
const REPORT_EVERY_MS = 100;

interface ProgressOptions {
  readonly clock: Clock;
  /** The number of items. */
  readonly total: number;
}

/** Reports the number of media whose transcripts are listed. */
export function reportListing(io: Terminal, { clock, total }: ProgressOptions): { done(): void } {
  const isDue = createPace(clock, total);
  let count = 0;
  return {
    done() {
      count += 1;
      const message = `${formatCount(count)} of ${countMedia(total)} listed`;
      if (isDue(count)) io.progress({ event: 'progress', id: null, message });
    },
  };
}

/** Reports the number of finished transcripts and received bytes. */
export function reportDownloads(
  io: Terminal,
  { clock, total }: ProgressOptions,
): { done(sizeBytes: number): void } {
  const isDue = createPace(clock, total);
  const message = 'downloading';
  let bytes = 0;
  let files = 0;
  return {
    done(sizeBytes) {
      bytes += sizeBytes;
      files += 1;
      if (isDue(files))
        io.progress({ event: 'progress', id: null, message, bytes, files, totalFiles: total });
    },
  };
}

/** Limits reports to one per interval. The last one is always due. */
function createPace(clock: Clock, total: number): (count: number) => boolean {
  let reportedMs = Number.NEGATIVE_INFINITY;
  return (count) => {
    const nowMs = clock.monotonicMs();
    if (count < total && nowMs - reportedMs < REPORT_EVERY_MS) return false;
    reportedMs = nowMs;
    return true;
  };
}
