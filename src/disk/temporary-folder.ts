import { lstat, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { diskError, isSystemError } from './disk-error.ts';
import { type LockingProcess, lockRecordOf, mayBeAlive } from './lock-record.ts';
import { readSignature } from './read-signature.ts';
import { NotOurFileError } from './read-small-file.ts';

/** In the folder for as long as its process is at work; signed as a lock is. */
const SIGNATURE = '.unfinished';

export interface TemporaryFolder {
  readonly path: string;
  /** From here on it belongs to the user, and no later run removes it. */
  keep(): Promise<void>;
}

/**
 * Makes a folder that only this user can read (mkdtemp makes it 0700), and removes those of the same prefix that
 * processes which were killed have left.
 * @param owner null where nothing is known of processes: then nothing is signed and nothing removed
 * @throws ExpectedError DISK when the parent cannot be used
 */
export async function makeTemporaryFolder(
  parent: string,
  prefix: string,
  owner: (LockingProcess & { readonly userId: number | null }) | null,
): Promise<TemporaryFolder> {
  let made: string | null = null;
  try {
    made = await realpath(await mkdtemp(path.join(parent, prefix)));
    const signature = path.join(made, SIGNATURE);
    if (owner !== null) {
      await writeFile(signature, JSON.stringify(lockRecordOf(owner)), { mode: 0o600 });
      const { mtimeMs: nowMs } = await lstat(signature);
      await ignoreRefusals(removeAbandoned(parent, prefix, { owner, nowMs }));
    }
    return { path: made, keep: () => rm(signature, { force: true }) };
  } catch (error) {
    if (made !== null) await rm(made, { recursive: true, force: true });
    throw diskError(
      error,
      parent,
      'make a folder in',
      'set TMPDIR to a folder that exists and can be written',
    );
  }
}

interface Judge {
  readonly owner: LockingProcess & { readonly userId: number | null };
  /** On the clock of the file system. */
  readonly nowMs: number;
}

async function removeAbandoned(parent: string, prefix: string, judge: Judge): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    await ignoreRefusals(removeIfAbandoned(path.join(parent, name), judge));
  }
}

async function removeIfAbandoned(folder: string, judge: Judge): Promise<void> {
  if (await isAbandoned(folder, judge)) await rm(folder, { recursive: true, force: true });
}

/** Another run clears the same away, or something is not ours to read or to remove: it stays. */
async function ignoreRefusals(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** Only a folder of this user, not a link to one, whose signature names a process that has ended. */
async function isAbandoned(folder: string, { owner, nowMs }: Judge): Promise<boolean> {
  const stats = await lstat(folder);
  if (!stats.isDirectory() || (owner.userId !== null && stats.uid !== owner.userId)) return false;
  try {
    const { holder, modifiedMs } = await readSignature(path.join(folder, SIGNATURE));
    // Another machine that shares the folder cannot be asked, however long it has been silent.
    if (holder === null || holder.hostname !== owner.hostname) return false;
    return !mayBeAlive(holder, nowMs - modifiedMs, owner);
  } catch (error) {
    if (error instanceof NotOurFileError) return false;
    throw error;
  }
}
