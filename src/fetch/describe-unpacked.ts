import { formatSize } from '../parse/size.ts';
import { counted } from '../terminal/text/format.ts';
import type { ExtractedFile } from '../zip/extract/extract.ts';

/**
 * What became of the files of an archive: `2 files, 3 KiB unpacked, 38 already there; 1 left as it is, not
 * verified`. `time` and `facts` are said of all but those that nobody looked into.
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
    if (thereCount > 0) seen.push(`${thereCount} already there`);
  } else if (thereCount > 0) seen.push(`${counted(thereCount, 'file')} already there`);
  const parts = seen.length === 0 ? [] : [[...seen, ...facts].join(', ')];
  if (leftCount > 0) {
    const subject = parts.length === 0 ? counted(leftCount, 'file') : leftCount;
    parts.push(`${subject} left as ${leftCount === 1 ? 'it is' : 'they are'}, not verified`);
  }
  return parts.join('; ');
}
