import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExpectedError } from '../errors.ts';

export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * A folder that only this user can read (mkdtemp makes it 0700); gone at the latest when the process exits.
 * @throws ExpectedError DISK when the folder for temporary files cannot be used
 */
export function makeTemporaryFolder(): TemporaryFolder {
  const path = make();
  const removeNow = () => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', removeNow);
  return {
    path,
    async remove() {
      process.off('exit', removeNow);
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function make(): string {
  try {
    return realpathSync(mkdtempSync(join(tmpdir(), 'streamdiver-sandbox-')));
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new ExpectedError('DISK', `could not make a folder in ${tmpdir()}: ${error.message}`, {
      cause: error,
      hint: 'set TMPDIR to a folder that exists and can be written',
    });
  }
}
