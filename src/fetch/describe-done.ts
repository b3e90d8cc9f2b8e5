import type { FileResult } from '../download/download-file.ts';
import { formatSize } from '../parse/size.ts';
import { counted, formatElapsed, formatRate } from '../terminal/text/format.ts';
import type { ExtractedFile } from '../zip/extract/extract.ts';

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

/**
 * Counts the files of an archive: `2 files, 3 KiB unpacked, 38 already existed; 1 existing file kept, not
 * verified`. `time` and `facts` apply to all files but the ones that were not checked.
 */
export function describeUnpacked(
  files: readonly ExtractedFile[],
  { time, facts = [] }: { time?: string; facts?: readonly string[] } = {},
): string {
  const countOf = (wanted: ExtractedFile['outcome']) =>
    files.filter(({ outcome }) => outcome === wanted).length;
  const [newCount, thereCount, leftCount] = [countOf('extracted'), countOf('skipped'), countOf('left')];
  const newBytes = files.reduce(
    (sum, { outcome, sizeBytes }) => (outcome === 'extracted' ? sum + sizeBytes : sum),
    0,
  );
  const seen: string[] = [];
  if (newCount > 0 || files.length === 0) {
    seen.push(
      `${counted(newCount, 'file')}, ${formatSize(newBytes)} unpacked${time === undefined ? '' : ` in ${time}`}`,
    );
    if (thereCount > 0) seen.push(`${thereCount} already existed`);
  } else if (thereCount > 0) seen.push(`${counted(thereCount, 'file')} already existed`);
  const parts = seen.length === 0 ? [] : [[...seen, ...facts].join(', ')];
  if (leftCount > 0) {
    parts.push(`${counted(leftCount, 'existing file')} kept, not verified`);
  }
  return parts.join('; ');
}
