import type { Clock } from '../clock.ts';
import { createSpeedometer } from '../download/transfer/speed.ts';
import type { ProgressEvent } from '../terminal/progress/progress-event.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Often enough for an eye and for a script that reads `--progress json`. */
const TELL_EVERY_MS = 100;

export interface TransferProgress extends Pick<ProgressEvent, 'connections' | 'files' | 'totalFiles'> {
  readonly bytes: number;
  readonly totalBytes: number | null;
}

/** Tells how far a download or an unpacking is, how fast it goes and how long it will take; its end in any case. */
export function reportTransfer(
  io: Terminal,
  { id, label, clock }: { id: string; label: string; clock: Clock },
): (progress: TransferProgress) => void {
  const speed = createSpeedometer(clock);
  let toldMs = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const { bytes, totalBytes, files, totalFiles } = progress;
    const bytesPerSecond = speed(bytes);
    const isComplete = bytes === totalBytes && files === totalFiles;
    if (!isComplete && clock.monotonicMs() - toldMs < TELL_EVERY_MS) return;
    toldMs = clock.monotonicMs();
    const etaSeconds = bytesPerSecond && totalBytes !== null ? (totalBytes - bytes) / bytesPerSecond : null;
    io.progress({ event: 'progress', id, label, ...progress, bytesPerSecond, etaSeconds });
  };
}
