import type { Clock } from '../clock.ts';
import type { FileEvent } from '../download/download-file.ts';
import { formatSize } from '../parse/size.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, formatDuration } from '../terminal/text/format.ts';
import { reportTransfer } from './transfer-progress.ts';

/** Reports the events of one file on the terminal. */
export function reportFileEvents(
  io: Terminal,
  { id, label, clock }: { id: string; label: string; clock: Clock },
): (event: FileEvent) => void {
  const reportProgress = reportTransfer(io, { id, label, clock });
  return (event) => {
    switch (event.kind) {
      case 'progress':
        reportProgress({
          bytes: event.haveBytes,
          totalBytes: event.totalBytes,
          connections: event.connections,
        });
        break;
      case 'connections':
        io.verbose(1, `${label}: continuing with ${counted(event.count, 'connection')} (${event.reason})`);
        break;
      case 'verify':
        io.progress({ event: 'verify', id, label, bytes: event.bytes, totalBytes: event.totalBytes });
        break;
      case 'retry':
        io.progress({
          event: 'retry',
          id,
          label,
          attempt: event.attempt,
          message: `${event.error.message}; retrying in ${formatDuration(Math.max(event.delayMs, 1000))}`,
        });
        break;
      case 'restart':
        io.warn(`${event.reason}; restarting the download (${formatSize(event.lostBytes)} discarded)`);
        break;
      case 'discarded':
        io.warn(`cannot resume: ${event.reason}; restarting the download`);
        break;
      case 'unsynced':
        io.info(
          `Downloading ${formatSize(event.bytes)} of ${label} again: the last run ended before they were safely on disk.`,
        );
        break;
      case 'resuming':
        io.info(`Resuming ${label} at ${formatSize(event.haveBytes)}.`);
        break;
      case 'repair':
        io.warn(`${event.reason}; downloading that range again (${formatSize(event.bytes)})`);
        break;
      case 'malformed-digest':
        io.verbose(1, `${label}: ignoring the invalid header ${event.field}`);
        break;
      case 'leftover':
        io.warn(`the file is complete, but ${event.reason}`);
        break;
      case 'unverified-entries':
        io.warn(
          `cannot verify the content of ${counted(event.count, 'archive entry', 'archive entries')} (${event.reason})`,
        );
        break;
    }
  };
}
