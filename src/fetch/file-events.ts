import type { Clock } from '../clock.ts';
import type { FileEvent } from '../download/download-file.ts';
import { formatSize } from '../parse/size.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { formatDuration } from '../terminal/text/format.ts';
import { reportTransfer } from './transfer-progress.ts';

/** Tells the terminal what happens to one file. */
export function reportFileEvents(
  io: Terminal,
  { id, label, clock }: { id: string; label: string; clock: Clock },
): (event: FileEvent) => void {
  const tell = reportTransfer(io, { id, label, clock });
  return (event) => {
    switch (event.kind) {
      case 'progress':
        tell({ bytes: event.haveBytes, totalBytes: event.totalBytes, connections: event.connections });
        break;
      case 'connections':
        io.verbose(1, `${label}: ${countConnections(event.count)} from here on (${event.reason})`);
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
          message: `${event.error.message}; trying again in ${formatDuration(Math.max(event.delayMs, 1000))}`,
        });
        break;
      case 'restart':
        io.warn(
          `${event.reason}: starting again, ${formatSize(event.lostBytes)} that were here are thrown away`,
        );
        break;
      case 'discarded':
        io.warn(`cannot continue the partial download: ${event.reason}; starting again`);
        break;
      case 'resuming':
        io.info(`Continuing ${label} after ${formatSize(event.haveBytes)}.`);
        break;
      case 'repair':
        io.warn(`${event.reason}; fetching that part again (${formatSize(event.bytes)})`);
        break;
      case 'malformed-digest':
        io.verbose(1, `${label}: the field ${event.field} of the server means nothing and is ignored`);
        break;
      case 'leftover':
        io.warn(`the file is complete, but ${event.reason}`);
        break;
      case 'unverified-entries':
        io.warn(`the content of ${countEntries(event.count)} could not be verified (${event.reason})`);
        break;
    }
  };
}

function countEntries(count: number): string {
  return count === 1 ? 'one archive entry' : `${count} archive entries`;
}

function countConnections(count: number): string {
  return count === 1 ? 'one connection' : `${count} connections`;
}
