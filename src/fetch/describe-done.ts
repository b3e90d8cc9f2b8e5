import type { FileResult } from '../download/download-file.ts';
import { formatSize } from '../parse/size.ts';
import { formatElapsed, formatRate } from '../terminal/text/format.ts';

/** Shorter transfers have no meaningful speed. */
const SHORTEST_TRANSFER_MS = 100;

/**
 * The final line of a file: `talk.zip: 1.2 GiB in 1m 05s, 19 MiB/s, resumed at 200 MiB, verified`. The time
 * covers everything, the speed only the bytes that were transferred in this run.
 */
export function describeDone(
  label: string,
  { sizeBytes, transferredBytes, resumedFrom, verified, isAlreadyThere }: FileResult,
  { durationMs, transferMs }: { durationMs: number; transferMs: number },
): string {
  const size = formatSize(sizeBytes);
  const proof = describeProof(verified);
  if (isAlreadyThere) return `${label} already exists (${size}, ${proof})`;
  const facts = [
    `${size} in ${formatElapsed(durationMs)}`,
    transferredBytes === 0 || transferMs < SHORTEST_TRANSFER_MS
      ? null
      : formatRate((transferredBytes * 1000) / transferMs),
    resumedFrom === 0
      ? null
      : transferredBytes === 0
        ? 'already downloaded'
        : `resumed at ${formatSize(resumedFrom)}`,
    proof,
  ];
  return `${label}: ${facts.filter((fact) => fact !== null).join(', ')}`;
}

function describeProof({ checksum, crc, size }: FileResult['verified']): string {
  if (checksum) return 'digest verified';
  if (crc) return 'verified';
  return size ? 'size verified' : 'not verified';
}
