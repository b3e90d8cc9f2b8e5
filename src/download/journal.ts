import { open, readFile, rename, rm } from 'node:fs/promises';
import { isSystemError } from '../disk-error.ts';
import { ExpectedError } from '../errors.ts';
import { isObject, parseJson, sizeOrNull, textOrNull } from '../values/json.ts';
import type { Validator } from './validator.ts';

/** Which object a part file belongs to: never its URL, which may be signed anew each time. */
export interface ObjectIdentity {
  /** Origin of the API, such as https://api.streamdiver.com. */
  readonly origin: string;
  readonly packageId: string;
  readonly fileId: string;
}

/** The state beside a part file, `NAME.part.json`. */
export interface Journal {
  readonly identity: ObjectIdentity;
  readonly sizeBytes: number | null;
  readonly validator: Validator;
  /** So many bytes from the start are known to have reached the disk. */
  readonly syncedBytes: number;
  /** Which start of the machine wrote it; null where the system does not tell. */
  readonly bootId: string | null;
  /** Why the finished bytes were found wrong; they are never continued. */
  readonly rejected: string | null;
}

const SCHEMA = 1;

/**
 * Reads a journal; null when there is none or it is not one of ours.
 * @throws ExpectedError CONFIG when a newer version of this program wrote it
 */
export async function readJournal(path: string): Promise<Journal | null> {
  let value: unknown;
  try {
    value = parseJson(await readFile(path), 'the journal');
  } catch (error) {
    if (error instanceof ExpectedError || (isSystemError(error) && error.code === 'ENOENT')) return null;
    throw error;
  }
  if (!isObject(value) || !isObject(value.identity) || !isObject(value.validator)) return null;
  if (typeof value.schema === 'number' && value.schema > SCHEMA) {
    throw new ExpectedError('CONFIG', `${path} was written by a newer version of streamdiver-dl`, {
      hint: 'continue with that version, or start again with --no-resume',
    });
  }
  const { origin, packageId, fileId } = value.identity;
  const syncedBytes = sizeOrNull(value.syncedBytes);
  if (typeof origin !== 'string' || typeof packageId !== 'string' || typeof fileId !== 'string') return null;
  if (syncedBytes === null || value.schema !== SCHEMA) return null;
  return {
    identity: { origin, packageId, fileId },
    sizeBytes: sizeOrNull(value.sizeBytes),
    validator: {
      etag: textOrNull(value.validator.etag),
      lastModified: textOrNull(value.validator.lastModified),
    },
    syncedBytes,
    bootId: textOrNull(value.bootId),
    rejected: textOrNull(value.rejected),
  };
}

/** Replaces the journal so that a crash leaves the old one or the new one, never half of one. */
export async function writeJournal(path: string, journal: Journal): Promise<void> {
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  const file = await open(temporary, 'wx', 0o666);
  try {
    await file.writeFile(`${JSON.stringify({ schema: SCHEMA, ...journal })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

export function isSameObject(one: ObjectIdentity, other: ObjectIdentity): boolean {
  return one.origin === other.origin && one.packageId === other.packageId && one.fileId === other.fileId;
}

/** Linux tells each start of the machine apart; without it only synced bytes can be trusted. */
export async function readBootId(): Promise<string | null> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}
