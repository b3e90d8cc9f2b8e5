import { isExpectedError } from '../errors.ts';
import { parseJson } from '../parse/json.ts';
import { type LockRecord, parseLockRecord } from './lock-record.ts';
import { readSmallFile } from './read-small-file.ts';

/** A signature takes some hundred bytes. */
const LIMIT_BYTES = 65_536;

/** Who signed a file, as its content says. */
export interface Signature {
  /** Null when nobody of ours has signed it. */
  readonly holder: LockRecord | null;
  readonly isEmpty: boolean;
  readonly modifiedMs: number;
}

/**
 * Reads who signed a lock, or a folder, that anybody may have put there.
 * @throws NotOurFileError when it is not a regular file or larger than a signature; the system's error, such as ENOENT
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
