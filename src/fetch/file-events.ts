import type { Clock } from '../clock.ts';
import type { FileEvent } from '../download/download-file.ts';
import { createSpeedometer } from '../download/speed.ts';
import { formatDuration, formatSize } from '../terminal/format.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Often enough for an eye and for a script that reads `--progress json`. */
const TELL_EVERY_MS = 100;

/** Tells the terminal what happens to one file. */
export function tellFileEvents(
  io: Terminal,
  { id, label, clock }: { id: string; label: string; clock: Clock },
): (event: FileEvent) => void {
  const speed = createSpeedometer(clock);
  let toldMs = Number.NEGATIVE_INFINITY;
  return (event) => {
    switch (event.kind) {
      case 'progress': {
        const { haveBytes: bytes, totalBytes, connections } = event;
        const bytesPerSecond = speed(bytes);
        if (bytes !== totalBytes && clock.monotonicMs() - toldMs < TELL_EVERY_MS) break;
        toldMs = clock.monotonicMs();
        const etaSeconds =
          bytesPerSecond && totalBytes !== null ? (totalBytes - bytes) / bytesPerSecond : null;
        io.progress({
          event: 'progress',
          id,
          label,
          bytes,
          totalBytes,
          bytesPerSecond,
          etaSeconds,
          connections,
        });
        break;
      }
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
        io.warn(`the content of ${event.count} archive entries could not be verified (${event.reason})`);
        break;
    }
  };
}

function countConnections(count: number): string {
  return count === 1 ? 'one connection' : `${count} connections`;
}
