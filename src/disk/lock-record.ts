import { ExpectedError } from '../errors.ts';
import { isObject, textOrNull } from '../parse/json.ts';

/** A process that is writing, as it signs its lock and its journal. */
export interface LockRecord {
  readonly pid: number;
  /** When the process was started, as the system puts it; null where it does not tell. */
  readonly startedAt: string | null;
  readonly hostname: string;
}

/** Who is writing, as far as other processes can check it. */
export interface LockingProcess {
  readonly pid: number;
  readonly hostname: string;
  readonly isProcessAlive: (pid: number) => boolean;
  /** Tells a process from a later one of the same number; null where the system does not tell. */
  readonly processStartedAt: (pid: number) => string | null;
  /** How long this machine has been running. */
  readonly uptimeMs: () => number;
}

/** A holder of another machine that has given no sign for so long is taken for dead. */
export const SILENCE_MS = 15 * 60_000;

export function lockRecordOf(owner: LockingProcess): LockRecord {
  const { pid, hostname } = owner;
  return { pid, startedAt: owner.processStartedAt(pid), hostname };
}

/**
 * Whether the holder may still be writing. On this machine the system knows; elsewhere only time tells.
 * Where the system does not tell processes of one number apart (macOS, Windows, and on Linux those of other
 * people where /proc hides them), a sign from before the machine was started is at least not one of the
 * process that has the number now.
 * @param silentMs since its last sign, on the clock of the file system
 */
export function mayBeAlive(holder: LockRecord, silentMs: number, owner: LockingProcess): boolean {
  if (holder.hostname !== owner.hostname) return silentMs < SILENCE_MS;
  if (!owner.isProcessAlive(holder.pid)) return false;
  const startedAt = owner.processStartedAt(holder.pid);
  // A process that had our number before us may have signed without a start time.
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

/** Null when it is not one of ours. */
export function parseLockRecord(value: unknown): LockRecord | null {
  if (!isObject(value) || typeof value.pid !== 'number' || typeof value.hostname !== 'string') return null;
  return { pid: value.pid, startedAt: textOrNull(value.startedAt), hostname: value.hostname };
}
