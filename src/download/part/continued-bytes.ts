import { stat } from 'node:fs/promises';
import { diskError, isSystemError } from '../../disk/disk-error.ts';
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
  const partBytes = await sizeOf(partPath);
  if (partBytes === null) return 0;
  if (found === null || found === 'unreadable') return partBytes === 0 ? 0 : 'other';
  if (!isSameObject(found.journal.identity, identity)) return 'other';
  return createByteRanges(trustedRanges(found.journal, partBytes, await readBootId()).ranges).totalBytes();
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return null;
    throw diskError(error, path, 'look at');
  }
}
