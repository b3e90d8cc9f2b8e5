import type { RangeSource } from '../../range/range-source.ts';
import { strayBytes } from '../read/data-descriptor.ts';
import type { ArchiveEntry } from '../read/entry.ts';
import { FIXED_BYTES, FLAG } from '../read/layout.ts';
import { readDataStart } from '../read/local-header.ts';
import type { PlannedFile } from './extraction-plan.ts';

/** Entries to check, all at once: a remote source takes the time of one request. */
const MAX_CHECKS = 8;

/**
 * Checks for bytes that belong to no entry, before anything is written. The gap between an entry's data and the
 * next entry may consist of its local extra fields, but only the local header shows that, and reading every remote
 * header would take one request each. A program usually writes the same fields to all its entries, so the entries
 * with a rare gap size are checked.
 * @throws ExpectedError UNSAFE naming the entry, those of readDataStart(), the signal's reason
 */
export async function checkStrayBytes(
  source: RangeSource,
  files: readonly Pick<PlannedFile, 'entry'>[],
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const check = async (entry: ArchiveEntry): Promise<void> => {
    const strayCount = entry.endOffset - (await readDataStart(source, entry)) - entry.compressedBytes;
    if (strayCount > 0) throw strayBytes(entry, strayCount);
  };
  const results = await Promise.allSettled(entriesWithRareGaps(files).map(check));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** The entries with the rarest gap sizes, rarest first, without those of the most common size. */
function entriesWithRareGaps(files: readonly Pick<PlannedFile, 'entry'>[]): readonly ArchiveEntry[] {
  const byGap = new Map<number, ArchiveEntry[]>();
  for (const { entry } of files) {
    const alike = byGap.get(gapBytes(entry));
    if (alike === undefined) byGap.set(gapBytes(entry), [entry]);
    else alike.push(entry);
  }
  const groups = [...byGap].toSorted(
    ([gap, one], [otherGap, other]) => one.length - other.length || otherGap - gap,
  );
  const rare: ArchiveEntry[] = [];
  for (const [gap, entries] of groups.slice(0, -1)) {
    if (rare.length + entries.length > MAX_CHECKS) break;
    if (gap > 0) rare.push(...entries);
  }
  return rare;
}

/** Bytes that may be extra fields or stray bytes. A data descriptor is verified, so its entry has no unchecked bytes. */
function gapBytes({ flags, rawName, headerOffset, endOffset, compressedBytes }: ArchiveEntry): number {
  if ((flags & FLAG.hasDescriptor) !== 0) return 0;
  return endOffset - headerOffset - FIXED_BYTES.localHeader - rawName.length - compressedBytes;
}
