import type { Clock } from '../clock.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Often enough for an eye. */
const REPORT_EVERY_MS = 100;

/** Reports how many of many small things are done, and how many bytes arrived with them. */
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
