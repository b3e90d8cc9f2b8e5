import type { FileResult } from '../download/download-file.ts';
import { formatSize } from '../parse/size.ts';
import { formatElapsed, formatRate } from '../terminal/text/format.ts';

/** A speed over less time than this says nothing. */
const SHORTEST_TRANSFER_MS = 100;

/**
 * The line that stays of a file: `talk.zip: 1.2 GiB in 1m 05s, 19 MiB/s, continued after 200 MiB, verified`.
 * The time is that of the whole job, the speed that of the bytes which travelled in this run.
 */
export function describeDone(
  label: string,
  { sizeBytes, transferredBytes, resumedFrom, verified, isAlreadyThere }: FileResult,
  { durationMs, transferMs }: { durationMs: number; transferMs: number },
): string {
  const size = formatSize(sizeBytes);
  const proof = describeProof(verified);
  if (isAlreadyThere) return `${label} is already here (${size}, ${proof})`;
  const facts = [
    `${size} in ${formatElapsed(durationMs)}`,
    transferredBytes === 0 || transferMs < SHORTEST_TRANSFER_MS
      ? null
      : formatRate((transferredBytes * 1000) / transferMs),
    resumedFrom === 0
      ? null
      : transferredBytes === 0
        ? 'all of it was here'
        : `continued after ${formatSize(resumedFrom)}`,
    proof,
  ];
  return `${label}: ${facts.filter((fact) => fact !== null).join(', ')}`;
}

function describeProof({ checksum, crc, size }: FileResult['verified']): string {
  if (checksum) return 'digest verified';
  if (crc) return 'verified';
  return size ? 'size verified' : 'not verified';
}
