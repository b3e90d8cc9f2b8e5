import { lstat, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { diskError, isSystemError } from './disk-error.ts';
import { type LockingProcess, lockRecordOf, mayBeAlive } from './lock-record.ts';
import { readSignature } from './read-signature.ts';
import { NotOurFileError } from './read-small-file.ts';

/** The lock record in the folder of a running process. */
const SIGNATURE = '.unfinished';

export interface TemporaryFolder {
  readonly path: string;
  /** Keeps the folder for the user, so that no later run removes it. */
  keep(): Promise<void>;
}

/**
 * Creates a folder that only this user can read (mkdtemp uses mode 0700), and removes those of killed processes with the
 * same prefix.
 * @param owner null if processes cannot be checked; then the folder gets no record, and no other folder is removed
 * @throws ExpectedError DISK if the parent folder cannot be used
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

/** Ignores files that another run is removing, and those without permission. */
async function ignoreRefusals(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** Whether it is a folder of this user, not a link, and its record belongs to a process that has ended. */
async function isAbandoned(folder: string, { owner, nowMs }: Judge): Promise<boolean> {
  const stats = await lstat(folder);
  if (!stats.isDirectory() || (owner.userId !== null && stats.uid !== owner.userId)) return false;
  try {
    const { holder, modifiedMs } = await readSignature(path.join(folder, SIGNATURE));
    // Processes of another machine that shares the folder cannot be checked.
    if (holder === null || holder.hostname !== owner.hostname) return false;
    return !mayBeAlive(holder, nowMs - modifiedMs, owner);
  } catch (error) {
    if (error instanceof NotOurFileError) return false;
    throw error;
  }
}
