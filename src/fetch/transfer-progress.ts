import type { Clock } from '../clock.ts';
import { createSpeedometer } from '../download/transfer/speed.ts';
import type { ProgressEvent } from '../terminal/progress/progress-event.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Often enough for people and for scripts that read `--progress json`. */
const REPORT_EVERY_MS = 100;

export interface TransferProgress extends Pick<ProgressEvent, 'connections' | 'files' | 'totalFiles'> {
  readonly bytes: number;
  readonly totalBytes: number | null;
}

/** Reports the progress, speed, and remaining time of a download or of unpacking; always reports the end. */
export function reportTransfer(
  io: Terminal,
  { id, label, clock }: { id: string; label: string; clock: Clock },
): (progress: TransferProgress) => void {
  const speed = createSpeedometer(clock);
  let reportedMs = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const { bytes, totalBytes, files, totalFiles } = progress;
    const bytesPerSecond = speed(bytes);
    const isComplete = bytes === totalBytes && files === totalFiles;
    if (!isComplete && clock.monotonicMs() - reportedMs < REPORT_EVERY_MS) return;
    reportedMs = clock.monotonicMs();
    const etaSeconds = bytesPerSecond && totalBytes !== null ? (totalBytes - bytes) / bytesPerSecond : null;
    io.progress({ event: 'progress', id, label, ...progress, bytesPerSecond, etaSeconds });
  };
}
