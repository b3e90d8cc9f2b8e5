import { formatSize } from '../../parse/size.ts';
import { escapeText } from '../text/escape.ts';
import { counted, formatCountdown, formatPercent, formatRate, formatSizeOf } from '../text/format.ts';
import type { ProgressEvent } from './progress-event.ts';

/** The parts of a transfer as texts; undefined if unknown. */
export interface TransferWords {
  readonly percent: string | undefined;
  /** Between 0 and 1. */
  readonly share: number | undefined;
  readonly amount: string | undefined;
  /** Unpacked files: `3/40 files`. */
  readonly files: string | undefined;
  readonly rate: string | undefined;
  readonly left: string | undefined;
}

/** The numbers of a `progress` or `verify` event in words. */
export function describeTransfer(event: ProgressEvent): TransferWords {
  const { bytes, totalBytes, bytesPerSecond, etaSeconds, files, totalFiles } = event;
  const share = shareDone(event);
  return {
    share,
    percent: share === undefined ? undefined : formatPercent(share),
    amount:
      typeof bytes !== 'number'
        ? undefined
        : typeof totalBytes === 'number'
          ? formatSizeOf(bytes, totalBytes)
          : formatSize(bytes),
    files:
      files === undefined || totalFiles === undefined ? undefined : `${files}/${counted(totalFiles, 'file')}`,
    rate: typeof bytesPerSecond === 'number' ? formatRate(bytesPerSecond) : undefined,
    left: typeof etaSeconds === 'number' ? `${formatCountdown(etaSeconds)} left` : undefined,
  };
}

/** The completed share of the bytes, between 0 and 1; undefined if unknown. */
export function shareDone({ bytes, totalBytes }: ProgressEvent): number | undefined {
  if (typeof bytes !== 'number' || typeof totalBytes !== 'number') return undefined;
  return totalBytes === 0 ? 1 : Math.min(1, bytes / totalBytes);
}

/** Whether the bytes are those of unpacked files, not of a download. */
export function isUnpacking({ totalFiles }: ProgressEvent): boolean {
  return totalFiles !== undefined;
}

/** The text of an event without numbers, escaped: `preparing`, `retry 2: connection reset`. */
export function describeEvent(event: ProgressEvent): string {
  const message = event.message ? escapeText(event.message) : undefined;
  switch (event.event) {
    case 'retry': {
      const attempt = typeof event.attempt === 'number' ? `retry ${event.attempt}` : 'retry';
      return message === undefined ? attempt : `${attempt}: ${message}`;
    }
    case 'verify':
      return ['verifying', describeTransfer(event).percent].filter(Boolean).join(' ');
    case 'state':
    case 'wait':
      return event.status ? escapeText(event.status) : (message ?? 'waiting');
    case 'progress':
      return message ?? (isUnpacking(event) ? 'unpacking' : 'downloading');
    case 'done':
      break;
  }
  return message ?? 'done';
}

/** The title or file name that an event is about, else its ID. */
export function nameOf(event: ProgressEvent): string | undefined {
  const name = event.label || event.id;
  return name ? escapeText(name) : undefined;
}
