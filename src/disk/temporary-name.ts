import { createHash, randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSystemError } from './disk-error.ts';
import { type LockingProcess, SILENCE_MS } from './lock-record.ts';
import { OWN_NAME_PREFIX } from './own-names.ts';

/**
 * A name beside a file for a moment, `.streamdiver-dl-HOST-PID-RANDOM.lock`, or `.tmp` for what is no lock and must
 * survive those who delete locks: others can tell whether its process has died.
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
 * Removes the temporary files of processes that were killed while they locked something in the same folder.
 * @throws the system's error
 */
export async function removeAbandoned(folder: string, owner: LockingProcess, nowMs: number): Promise<void> {
  // Files can be written in some folders that cannot be read.
  const names = await unlessForbidden(readdir(folder));
  for (const name of names ?? []) {
    const [, host, pid] = TEMPORARY_NAME.exec(name) ?? [];
    if (host === undefined) continue;
    const temporary = join(folder, name);
    const isDead = host === hostKey(owner.hostname) && !owner.isProcessAlive(Number(pid));
    // They last for moments: one that is old belongs to another machine, or a later process has its number.
    const isAbandoned = isDead || nowMs - (await modifiedMs(temporary)) >= SILENCE_MS;
    // In a folder such as /tmp it may be somebody else's; what is no file is none of ours.
    if (isAbandoned && (await isFile(temporary))) await unlessForbidden(rm(temporary, { force: true }));
  }
}

/** When a file was written last; 0 when there is none. @throws the system's error */
export async function modifiedMs(path: string): Promise<number> {
  return (await lstatOrNull(path))?.mtimeMs ?? 0;
}

async function isFile(path: string): Promise<boolean> {
  return (await lstatOrNull(path))?.isFile() === true;
}

async function lstatOrNull(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Somebody else's, or a folder, which is none of ours whatever its name. */
const LEFT_ALONE = new Set(['EACCES', 'EPERM', 'EISDIR', 'ERR_FS_EISDIR']);

async function unlessForbidden<Result>(operation: Promise<Result>): Promise<Result | null> {
  try {
    return await operation;
  } catch (error) {
    if (isSystemError(error) && LEFT_ALONE.has(error.code ?? '')) return null;
    throw error;
  }
}
