import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { diskError, isSystemError } from '../disk-error.ts';
import { ExpectedError } from '../errors.ts';
import { isObject, parseJson } from '../values/json.ts';

/** Who is writing, as far as other processes can check it. */
export interface Owner {
  readonly pid: number;
  readonly hostname: string;
  readonly isProcessAlive: (pid: number) => boolean;
}

/**
 * Claims a target for this process by a lock file beside it. A lock whose process is dead on this
 * machine is taken over; one of another machine is respected.
 * @throws ExpectedError BUSY when another process writes the same target, DISK when it cannot be claimed
 */
export async function claim(path: string, owner: Owner): Promise<{ release: () => Promise<void> }> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const file = await open(path, 'wx', 0o666);
      try {
        await file.writeFile(`${JSON.stringify({ pid: owner.pid, hostname: owner.hostname })}\n`);
      } finally {
        await file.close();
      }
      return { release: () => release(path) };
    } catch (error) {
      if (!isSystemError(error) || error.code !== 'EEXIST') throw diskError(error, path, 'create');
    }
    const holder = await readHolder(path);
    if (holder !== null && (holder.hostname !== owner.hostname || owner.isProcessAlive(holder.pid))) {
      throw new ExpectedError(
        'BUSY',
        `process ${holder.pid} on ${holder.hostname} is writing the same file`,
        {
          hint: `wait for it to end; if it is gone, delete ${path}`,
        },
      );
    }
    await takeAway(path, owner);
  }
  throw new ExpectedError('BUSY', `other processes are claiming ${path} at the same time`);
}

/** Null when the lock vanished meanwhile or its writer died before it could sign. */
async function readHolder(path: string): Promise<{ pid: number; hostname: string } | null> {
  try {
    const value = parseJson(await readFile(path), path);
    if (!isObject(value) || typeof value.pid !== 'number' || typeof value.hostname !== 'string') return null;
    return { pid: value.pid, hostname: value.hostname };
  } catch (error) {
    if (error instanceof ExpectedError || (isSystemError(error) && error.code === 'ENOENT')) return null;
    throw diskError(error, path, 'read');
  }
}

async function release(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw diskError(error, path, 'remove');
  }
}

/**
 * Takes a dead lock out of the way. Several processes may find it at once, and one of them may have
 * put its own in place already: what was moved away is looked at again, and put back if it lives.
 */
async function takeAway(path: string, owner: Owner): Promise<void> {
  const aside = `${path}.${owner.pid}`;
  try {
    await rename(path, aside);
    const holder = await readHolder(aside);
    if (holder !== null && (holder.hostname !== owner.hostname || owner.isProcessAlive(holder.pid))) {
      await link(aside, path);
    }
    await rm(aside, { force: true });
  } catch (error) {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'EEXIST')) return;
    throw diskError(error, path, 'take over');
  }
}
