import { isExpectedError } from '../errors.ts';
import { parseJson } from '../parse/json.ts';
import { type LockRecord, parseLockRecord } from './lock-record.ts';
import { readSmallFile } from './read-small-file.ts';

/** A record has a few hundred bytes. */
const LIMIT_BYTES = 65_536;

/** The record in a lock or a folder. */
export interface Signature {
  /** Null if it is not a lock record. */
  readonly holder: LockRecord | null;
  readonly isEmpty: boolean;
  readonly modifiedMs: number;
}

/**
 * Reads the record of a lock or a folder, which any user may have created.
 * @throws NotOurFileError if it is not a regular file, or larger than a record; the system's error, such as ENOENT
 */
export async function readSignature(path: string): Promise<Signature> {
  const { bytes, modifiedMs } = await readSmallFile(path, LIMIT_BYTES);
  return { holder: holderIn(bytes, path), isEmpty: bytes.length === 0, modifiedMs };
}

function holderIn(bytes: Buffer, path: string): LockRecord | null {
  try {
    return parseLockRecord(parseJson(bytes, path));
  } catch (error) {
    if (!isExpectedError(error, 'BAD_RESPONSE')) throw error;
    return null;
  }
}
