import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { diskError } from '../disk-error.ts';
import { errorCode } from './error-code.ts';
import { OWN_NAME_PREFIX } from './safe-path.ts';

/** Who is unpacking, as far as a later run can check it. */
export interface Unpacker {
  readonly pid: number;
  readonly hostname: string;
  readonly isProcessAlive: (pid: number) => boolean;
}

/**
 * A folder inside of the target, `.streamdiver-dl-HOST-PID-RANDOM`, in which files lie until they are
 * whole. What a process that was killed left in it is cleared away by the next run; what can be
 * continued is taken over.
 */
export interface StagingFolder {
  /** A path that nothing has yet. */
  temporaryPath(): string;
  /** The path of a part that the next run goes on with, by a key of 32 hexadecimal digits. */
  partPath(key: string): string;
  /** Removes the folder, unless parts are left in it. */
  close(): void;
}

const NAME = /^\.streamdiver-dl-([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{12}$/;
const PART_NAME = /^[0-9a-f]{32}\.part(?:\.done)?$/;

/**
 * @param root the target folder, links resolved
 * @throws ExpectedError DISK
 */
export function openStagingFolder(root: string, { pid, hostname, isProcessAlive }: Unpacker): StagingFolder {
  const host = createHash('sha256').update(hostname).digest('hex').slice(0, 8);
  const path = join(root, `${OWN_NAME_PREFIX}${host}-${pid}-${randomBytes(6).toString('hex')}`);
  let isMade = false;
  let count = 0;
  const inside = (name: string): string => {
    try {
      if (!isMade) mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      throw diskError(error, path, 'make the folder');
    }
    isMade = true;
    return join(path, name);
  };
  const isAbandoned = (name: string): boolean => {
    const [, itsHost, itsPid] = NAME.exec(name) ?? [];
    if (itsHost !== host) return false;
    // A process with our own number is a former one: this one has only just begun.
    return Number(itsPid) === pid || !isProcessAlive(Number(itsPid));
  };
  const takeOver = (folder: string): void => {
    if (!lstatSync(folder).isDirectory()) return;
    for (const name of readdirSync(folder)) {
      if (PART_NAME.test(name)) renameSync(join(folder, name), inside(name));
      else unlinkSync(join(folder, name));
    }
    rmdirSync(folder);
  };
  try {
    for (const name of readdirSync(root).filter(isAbandoned)) {
      try {
        takeOver(join(root, name));
      } catch (error) {
        // Another process clears the same folder away, or somebody put something of their own into it.
        if (!['ENOENT', 'ENOTEMPTY', 'EISDIR', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
      }
    }
  } catch (error) {
    throw diskError(error, root, 'clear away what an earlier run left in');
  }
  return {
    temporaryPath: () => inside(`${count++}.tmp`),
    partPath: (key) => inside(`${key}.part`),
    close() {
      if (!isMade) return;
      try {
        rmdirSync(path);
      } catch (error) {
        if (errorCode(error) !== 'ENOTEMPTY' && errorCode(error) !== 'ENOENT')
          throw diskError(error, path, 'remove');
      }
    },
  };
}
