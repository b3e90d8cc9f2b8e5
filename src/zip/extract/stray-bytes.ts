import type { RangeSource } from '../../range/range-source.ts';
import { strayBytes } from '../read/data-descriptor.ts';
import type { ArchiveEntry } from '../read/entry.ts';
import { FIXED_BYTES, FLAG } from '../read/layout.ts';
import { readDataStart } from '../read/local-header.ts';
import type { PlannedFile } from './extraction-plan.ts';

/** Entries to check, all at once: a remote source takes the time of one request. */
const LOOKS = 8;

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
  const look = async (entry: ArchiveEntry): Promise<void> => {
    const strayCount = entry.endOffset - (await readDataStart(source, entry)) - entry.compressedBytes;
    if (strayCount > 0) throw strayBytes(entry, strayCount);
  };
  const looks = await Promise.allSettled(oddOnes(files).map(look));
  for (const result of looks) if (result.status === 'rejected') throw result.reason;
}

/** The entries with the rarest gap sizes, rarest first, without those of the most common size. */
function oddOnes(files: readonly Pick<PlannedFile, 'entry'>[]): readonly ArchiveEntry[] {
  const byRoom = new Map<number, ArchiveEntry[]>();
  for (const { entry } of files) {
    const alike = byRoom.get(roomBytes(entry));
    if (alike === undefined) byRoom.set(roomBytes(entry), [entry]);
    else alike.push(entry);
  }
  const groups = [...byRoom].toSorted(
    ([room, one], [otherRoom, other]) => one.length - other.length || otherRoom - room,
  );
  const odd: ArchiveEntry[] = [];
  for (const [room, entries] of groups.slice(0, -1)) {
    if (odd.length + entries.length > LOOKS) break;
    if (room > 0) odd.push(...entries);
  }
  return odd;
}

/** Bytes that may be extra fields or stray bytes. A data descriptor is verified, so its entry has no unchecked bytes. */
function roomBytes({ flags, rawName, headerOffset, endOffset, compressedBytes }: ArchiveEntry): number {
  if ((flags & FLAG.hasDescriptor) !== 0) return 0;
  return endOffset - headerOffset - FIXED_BYTES.localHeader - rawName.length - compressedBytes;
}
