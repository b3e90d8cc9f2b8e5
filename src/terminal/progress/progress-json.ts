import { formatJson } from '../text/escape.ts';
import type { ProgressEvent } from './progress-event.ts';

/** One line of `--progress json`: exactly these keys, in this order, null where unknown. */
export function formatProgressJson(event: ProgressEvent, nowMs: number): string {
  return formatJson({
    event: event.event,
    id: event.id,
    time: new Date(nowMs).toISOString(),
    status: event.status ?? null,
    bytes: event.bytes ?? null,
    totalBytes: event.totalBytes ?? null,
    bytesPerSecond: event.bytesPerSecond ?? null,
    etaSeconds: event.etaSeconds ?? null,
    attempt: event.attempt ?? null,
    message: event.message ?? null,
  });
}
