import { stat } from 'node:fs/promises';
import { onDisk, unlessMissing } from '../../disk/disk-error.ts';
import { createByteRanges } from './byte-ranges.ts';
import { isSameObject, type ObjectIdentity, readBootId, readJournal } from './journal.ts';
import { trustedRanges } from './trusted-ranges.ts';

/**
 * The number of bytes from an earlier run that the next one can resume; `other` if the part belongs to another file.
 * Opens nothing for writing.
 * @throws ExpectedError EXISTS, CONFIG, or DISK, as readJournal()
 */
export async function continuedBytes(target: string, identity: ObjectIdentity): Promise<number | 'other'> {
  const partPath = `${target}.part`;
  const found = await readJournal(`${partPath}.json`);
  const part = await onDisk(unlessMissing(stat(partPath)), partPath, 'access');
  if (part === null) return 0;
  if (found === null || found === 'unreadable') return part.size === 0 ? 0 : 'other';
  if (!isSameObject(found.journal.identity, identity)) return 'other';
  return createByteRanges(trustedRanges(found.journal, part.size, await readBootId()).ranges).totalBytes();
}
