import { createHash, randomBytes } from 'node:crypto';
import { lstat, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSystemError, unlessMissing } from './disk-error.ts';
import { type LockingProcess, SILENCE_MS } from './lock-record.ts';
import { OWN_NAME_PREFIX } from './own-names.ts';

/**
 * A temporary name beside a file: `.streamdiver-dl-HOST-PID-RANDOM.lock`, or `.tmp` for a file that must survive the
 * deletion of locks. Other processes can check whether its process has died.
 */
export function temporaryName(
  file: string,
  { hostname, pid }: LockingProcess,
  ending: 'lock' | 'tmp' = 'lock',
): string {
  const random = randomBytes(6).toString('hex');
  return join(dirname(file), `${OWN_NAME_PREFIX}${hostKey(hostname)}-${pid}-${random}.${ending}`);
}

const TEMPORARY_NAME = /^\.streamdiver-dl-([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{12}\.(?:lock|tmp)$/;

function hostKey(hostname: string): string {
  return createHash('sha256').update(hostname).digest('hex').slice(0, 8);
}

/**
 * Removes the temporary files of killed processes in a folder.
 * @throws the system's error
 */
export async function removeAbandoned(folder: string, owner: LockingProcess, nowMs: number): Promise<void> {
  // Some folders are writable, but not readable.
  const names = await unlessForbidden(readdir(folder));
  for (const name of names ?? []) {
    const [, host, pid] = TEMPORARY_NAME.exec(name) ?? [];
    if (host === undefined) continue;
    const temporary = join(folder, name);
    const isDead = host === hostKey(owner.hostname) && !owner.isProcessAlive(Number(pid));
    // They exist only briefly. An old one is from another machine, or its process ID is in use again.
    const isAbandoned = isDead || nowMs - (await modifiedMs(temporary)) >= SILENCE_MS;
    // In a folder such as /tmp, it may belong to another user. Only files are removed.
    const isFile = isAbandoned && (await unlessMissing(lstat(temporary)))?.isFile() === true;
    if (isFile) await unlessForbidden(rm(temporary, { force: true }));
  }
}

/** The modification time of a file; 0 if it does not exist. @throws the system's error */
export async function modifiedMs(path: string): Promise<number> {
  return (await unlessMissing(lstat(path)))?.mtimeMs ?? 0;
}

/** Errors for files of other users, and for folders. */
const LEFT_ALONE = new Set(['EACCES', 'EPERM', 'EISDIR', 'ERR_FS_EISDIR']);

async function unlessForbidden<Result>(operation: Promise<Result>): Promise<Result | null> {
  try {
    return await operation;
  } catch (error) {
    if (isSystemError(error) && LEFT_ALONE.has(error.code ?? '')) return null;
    throw error;
  }
}
