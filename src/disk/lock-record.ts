import { ExpectedError } from '../errors.ts';
import { isObject, textOrNull } from '../parse/json.ts';

/** The process in a lock or journal. */
export interface LockRecord {
  readonly pid: number;
  /** The start time of the process as the system formats it; null if unknown. */
  readonly startedAt: string | null;
  readonly hostname: string;
}

/** This process, and what it can find out about others. */
export interface LockingProcess {
  readonly pid: number;
  readonly hostname: string;
  readonly isProcessAlive: (pid: number) => boolean;
  /** Distinguishes processes with the same ID; null if the system does not provide it. */
  readonly processStartedAt: (pid: number) => string | null;
  /** How long this machine has been running. */
  readonly uptimeMs: () => number;
}

/** A process on another machine is considered dead after this time without a sign of life. */
export const SILENCE_MS = 15 * 60_000;

export function lockRecordOf(owner: LockingProcess): LockRecord {
  const { pid, hostname } = owner;
  return { pid, startedAt: owner.processStartedAt(pid), hostname };
}

/**
 * Whether the process may still be writing. On this machine, the system decides; for other machines, only the time since
 * the last sign of life. If the system cannot distinguish processes with the same ID (macOS, Windows, and processes of
 * other users on Linux with a restricted /proc), a sign of life from before the last boot is from another process.
 * @param silentMs since its last sign of life, on the clock of the file system
 */
export function mayBeAlive(holder: LockRecord, silentMs: number, owner: LockingProcess): boolean {
  if (holder.hostname !== owner.hostname) return silentMs < SILENCE_MS;
  if (!owner.isProcessAlive(holder.pid)) return false;
  const startedAt = owner.processStartedAt(holder.pid);
  // An earlier process with our ID may have written a record without a start time.
  if (isSelf(holder, owner) && startedAt !== null) return startedAt === holder.startedAt;
  if (holder.startedAt === null || startedAt === null) return silentMs < owner.uptimeMs();
  return startedAt === holder.startedAt;
}

export function isSelf(holder: LockRecord, owner: LockingProcess): boolean {
  return holder.hostname === owner.hostname && holder.pid === owner.pid;
}

export function busy(holder: LockRecord, remedy: string): ExpectedError {
  return new ExpectedError('BUSY', `process ${holder.pid} on ${holder.hostname} is writing the same file`, {
    hint: `wait for it to end; if it is gone, ${remedy}`,
  });
}

/** Null if it is not a lock record. */
export function parseLockRecord(value: unknown): LockRecord | null {
  if (!isObject(value) || typeof value.pid !== 'number' || typeof value.hostname !== 'string') return null;
  return { pid: value.pid, startedAt: textOrNull(value.startedAt), hostname: value.hostname };
}
