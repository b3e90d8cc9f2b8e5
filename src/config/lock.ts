import { promises as files } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import { diskError, isSystemError } from '../disk-error.ts';
import { isExpectedError } from '../errors.ts';
import { isObject, parseJson } from '../values/json.ts';

/** Who is writing, as far as other processes can check it. */
export interface LockOwner {
  readonly pid: number;
  readonly hostname: string;
  readonly isProcessAlive: (pid: number) => boolean;
}

export interface LockOptions {
  readonly owner: LockOwner;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly waitMs: number;
}

const LOOK_AGAIN_MS = 50;
const TEMPORARY = /^\.new-(\d+)-/;

/** A name in the same folder that tells whose it is, so that what a killed process left can be found. */
export function temporaryBeside(file: string, pid: number): string {
  return path.join(path.dirname(file), `.new-${pid}-${path.basename(file)}`);
}

/** Whether a name is of that kind and nobody uses it any more. */
export function isLeftBehind(name: string, { pid, isProcessAlive }: LockOwner): boolean {
  const [, maker] = TEMPORARY.exec(name) ?? [];
  return maker !== undefined && (Number(maker) === pid || !isProcessAlive(Number(maker)));
}

/**
 * Waits its turn for a lock file; one of a dead process on this machine is taken over. Null when the
 * time was up. The file appears by link(2), signed from the start: an unsigned one would look dead.
 * @throws ExpectedError DISK when no lock can be made there, the signal's reason when it was aborted
 */
export async function waitForLock(
  lockPath: string,
  { owner, clock, signal, waitMs }: LockOptions,
): Promise<{ release: () => Promise<void> } | null> {
  const giveUpMs = clock.monotonicMs() + waitMs;
  try {
    while (!(await take(lockPath, owner))) {
      signal.throwIfAborted();
      if (await isHeld(lockPath, owner)) {
        if (clock.monotonicMs() >= giveUpMs) return null;
        await clock.sleep(LOOK_AGAIN_MS, signal);
      } else await removeDead(lockPath, owner);
    }
  } catch (error) {
    throw diskError(error, lockPath, 'lock');
  }
  return { release: () => files.rm(lockPath, { force: true }) };
}

async function take(lockPath: string, owner: LockOwner): Promise<boolean> {
  const signed = temporaryBeside(lockPath, owner.pid);
  try {
    await files.writeFile(signed, JSON.stringify({ pid: owner.pid, hostname: owner.hostname }), {
      mode: 0o600,
    });
    await files.link(signed, lockPath);
    return true;
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await files.rm(signed, { force: true });
  }
}

async function isHeld(lockPath: string, { hostname, isProcessAlive }: LockOwner): Promise<boolean> {
  try {
    const holder = parseJson(await files.readFile(lockPath), lockPath);
    if (!isObject(holder) || typeof holder.pid !== 'number') return false;
    return holder.hostname !== hostname || isProcessAlive(holder.pid);
  } catch (error) {
    if (isExpectedError(error) || (isSystemError(error) && error.code === 'ENOENT')) return false;
    throw error;
  }
}

/** Others may find the same dead lock, and have replaced it since: one that lives is put back. */
async function removeDead(lockPath: string, owner: LockOwner): Promise<void> {
  const aside = temporaryBeside(lockPath, owner.pid);
  try {
    await files.rename(lockPath, aside);
    if (await isHeld(aside, owner)) await files.link(aside, lockPath);
  } catch (error) {
    if (!isSystemError(error) || (error.code !== 'ENOENT' && error.code !== 'EEXIST')) throw error;
  } finally {
    await files.rm(aside, { force: true });
  }
}
