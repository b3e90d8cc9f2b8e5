import { type ByteRange, createByteRanges } from './byte-ranges.ts';
import type { Journal } from './journal.ts';

export interface TrustedRanges {
  readonly ranges: readonly ByteRange[];
  /** The ranges that are known to be on disk. */
  readonly synced: readonly ByteRange[];
  /** The number of other written bytes, which may not be on disk. */
  readonly unsyncedBytes: number;
  /** Why nothing can be trusted despite a journal, for messages. */
  readonly reason: string | null;
}

/**
 * The ranges of a part that can be resumed. After a crash of the program alone, the system has every written byte.
 * After a crash of the machine, only bytes that were synced before the journal are certain.
 */
export function trustedRanges(
  journal: Journal | null,
  fileBytes: number,
  bootId: string | null,
): TrustedRanges {
  const nothing = (reason: string | null) => ({ ranges: [], synced: [], unsyncedBytes: 0, reason });
  if (journal === null) return nothing(null);
  if (journal.rejected !== null) return nothing(`the bytes of the last try were wrong: ${journal.rejected}`);
  const isSameBoot = bootId !== null && journal.bootId === bootId;
  const ranges = isSameBoot ? journal.written : journal.synced;
  const end = createByteRanges(ranges).end();
  if (fileBytes < end) return nothing('the part is shorter than its journal says');
  if (journal.sizeBytes !== null && end > journal.sizeBytes)
    return nothing('the part is longer than the file');
  const writtenBytes = createByteRanges(journal.written).totalBytes();
  const unsyncedBytes = Math.max(writtenBytes - createByteRanges(ranges).totalBytes(), 0);
  return { ranges, synced: isSameBoot ? journal.synced : ranges, unsyncedBytes, reason: null };
}
