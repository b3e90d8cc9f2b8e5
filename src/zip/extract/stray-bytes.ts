import type { RangeSource } from '../../range/range-source.ts';
import { strayBytes } from '../read/data-descriptor.ts';
import type { ArchiveEntry } from '../read/entry.ts';
import { FIXED_BYTES, FLAG } from '../read/layout.ts';
import { readDataStart } from '../read/local-header.ts';
import type { PlannedFile } from './extraction-plan.ts';

/** So many are looked at, all at once: where the source is far away, it takes the time of one request. */
const LOOKS = 8;

/**
 * Looks, before anything is written, for bytes that belong to no entry. What lies between an entry and the next
 * one beyond name and data may all be extra fields of its own header, which only that header tells, and to
 * read all headers of an archive far away would take as many requests. But one program writes the same fields
 * to all its entries: those with room that hardly any other has are looked at.
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

/** The entries with the rarest room, rarest first, without the ones that have the most common. */
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

/** What may be extra fields or stray bytes. With a descriptor the end is checked for it, and damaged otherwise. */
function roomBytes({ flags, rawName, headerOffset, endOffset, compressedBytes }: ArchiveEntry): number {
  if ((flags & FLAG.hasDescriptor) !== 0) return 0;
  return endOffset - headerOffset - FIXED_BYTES.localHeader - rawName.length - compressedBytes;
}
