import { formatSize } from '../parse/size.ts';
import { counted } from '../terminal/text/format.ts';
import type { ExtractedFile } from '../zip/extract/extract.ts';

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
