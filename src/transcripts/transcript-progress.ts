import type { Clock } from '../clock.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Frequent enough for a smooth display. */
const REPORT_EVERY_MS = 100;

/** Reports the number of finished items and received bytes. */
export interface TranscriptProgress {
  done(sizeBytes: number): void;
}

export function reportTranscripts(
  io: Terminal,
  { clock, total, message }: { readonly clock: Clock; readonly total: number; readonly message: string },
): TranscriptProgress {
  let bytes = 0;
  let files = 0;
  let reportedMs = Number.NEGATIVE_INFINITY;
  return {
    done(sizeBytes) {
      bytes += sizeBytes;
      files += 1;
      const nowMs = clock.monotonicMs();
      if (files < total && nowMs - reportedMs < REPORT_EVERY_MS) return;
      reportedMs = nowMs;
      io.progress({ event: 'progress', id: null, message, bytes, files, totalFiles: total });
    },
  };
}
