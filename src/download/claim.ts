import { link, lstat, open, readFile, rename, rm } from 'node:fs/promises';
import { diskError, isSystemError } from '../disk-error.ts';
import { ExpectedError } from '../errors.ts';
import { isObject, parseJson, textOrNull } from '../values/json.ts';

/** A process that is writing, as it signs its lock and its journal. */
export interface Holder {
  readonly pid: number;
  /** When the process was started, as the system puts it; null where it does not tell. */
  readonly startedAt: string | null;
  readonly hostname: string;
}

/** Who is writing, as far as other processes can check it. */
export interface Owner {
  readonly pid: number;
  readonly hostname: string;
  readonly isProcessAlive: (pid: number) => boolean;
  /** Tells a process from a later one of the same number; null where the system does not tell. */
  readonly processStartedAt: (pid: number) => string | null;
}

/** A holder of another machine that has given no sign for so long is taken for dead. */
const SILENCE_MS = 15 * 60_000;

export function holderOf(owner: Owner): Holder {
  const { pid, hostname } = owner;
  return { pid, startedAt: owner.processStartedAt(pid), hostname };
}

/**
 * Whether the holder may still be writing. On this machine the system knows; elsewhere only time tells.
 * @param silentMs since its last sign, on the clock of the file system
 */
export function mayBeAlive(holder: Holder, silentMs: number, owner: Owner): boolean {
  if (holder.hostname !== owner.hostname) return silentMs < SILENCE_MS;
  if (!owner.isProcessAlive(holder.pid)) return false;
  return holder.startedAt === null || owner.processStartedAt(holder.pid) === holder.startedAt;
}

export function isSelf(holder: Holder, owner: Owner): boolean {
  return holder.hostname === owner.hostname && holder.pid === owner.pid;
}

export function busy(holder: Holder, remedy: string): ExpectedError {
  return new ExpectedError('BUSY', `process ${holder.pid} on ${holder.hostname} is writing the same file`, {
    hint: `wait for it to end; if it is gone, ${remedy}`,
  });
}

/** Null when it is not one of ours. */
export function parseHolder(value: unknown): Holder | null {
  if (!isObject(value) || typeof value.pid !== 'number' || typeof value.hostname !== 'string') return null;
  return { pid: value.pid, startedAt: textOrNull(value.startedAt), hostname: value.hostname };
}

export interface Claim {
  /** When the lock was made, on the clock of the file system. */
  readonly madeMs: number;
  release(): Promise<void>;
}

/**
 * Claims a target for this process by a lock file beside it. A lock whose process is dead is taken
 * over. Somebody may delete the lock all the same: what must never happen then is prevented by the
 * journal, which only one process can make and which names its holder.
 * @param signOfLife a file that a living holder writes again and again
 * @throws ExpectedError BUSY when another process writes the same target, DISK when it cannot be claimed
 */
export async function claim(path: string, owner: Owner, signOfLife: string): Promise<Claim> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const file = await open(path, 'wx', 0o666);
      try {
        await file.writeFile(`${JSON.stringify(holderOf(owner))}\n`);
        const { ino, mtimeMs } = await file.stat();
        return { madeMs: mtimeMs, release: () => release(path, ino) };
      } finally {
        await file.close();
      }
    } catch (error) {
      if (!isSystemError(error) || error.code !== 'EEXIST') throw diskError(error, path, 'create');
    }
    const holder = await readLivingHolder(path, owner, signOfLife);
    if (holder !== null) throw busy(holder, `delete ${path}`);
    await takeAway(path, owner, signOfLife);
  }
  throw new ExpectedError('BUSY', `other processes are claiming ${path} at the same time`);
}

/** Null when the lock vanished meanwhile, its writer died before it could sign, or has died since. */
async function readLivingHolder(path: string, owner: Owner, signOfLife: string): Promise<Holder | null> {
  try {
    const holder = parseHolder(parseJson(await readFile(path), path));
    if (holder === null) return null;
    const isElsewhere = holder.hostname !== owner.hostname;
    const silentMs = isElsewhere ? await silenceOf([path, signOfLife], `${path}.${owner.pid}.now`) : 0;
    return mayBeAlive(holder, silentMs, owner) ? holder : null;
  } catch (error) {
    if (error instanceof ExpectedError || (isSystemError(error) && error.code === 'ENOENT')) return null;
    throw diskError(error, path, 'read');
  }
}

/** Since the youngest of the files was written, on the clock of the file system, which may be another machine's. */
async function silenceOf(paths: readonly string[], probe: string): Promise<number> {
  const modified = await Promise.all(paths.map(modifiedMs));
  const file = await open(probe, 'w', 0o666);
  try {
    return (await file.stat()).mtimeMs - Math.max(...modified);
  } finally {
    await file.close();
    await rm(probe, { force: true });
  }
}

async function modifiedMs(path: string): Promise<number> {
  try {
    return (await lstat(path)).mtimeMs;
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return 0;
    throw error;
  }
}

/** Removes our own lock, not one that somebody else has made after ours was deleted. */
async function release(path: string, ino: number): Promise<void> {
  try {
    if ((await lstat(path)).ino === ino) await rm(path, { force: true });
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'ENOENT') throw diskError(error, path, 'remove');
  }
}

/**
 * Takes a dead lock out of the way. Several processes may find it at once, and one of them may have
 * put its own in place already: what was moved away is looked at again, and put back if it lives.
 */
async function takeAway(path: string, owner: Owner, signOfLife: string): Promise<void> {
  const aside = `${path}.${owner.pid}`;
  try {
    await rename(path, aside);
    if ((await readLivingHolder(aside, owner, signOfLife)) !== null) await link(aside, path);
    await rm(aside, { force: true });
  } catch (error) {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'EEXIST')) return;
    throw diskError(error, path, 'take over');
  }
}
