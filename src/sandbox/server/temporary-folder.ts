import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { LockingProcess } from '../../disk/lock-record.ts';
import { makeTemporaryFolder } from '../../disk/temporary-folder.ts';

export interface SandboxFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** The process of the sandbox, so that the next one can check whether it is still running. */
export type SandboxProcess = LockingProcess & { readonly userId: number | null };

/**
 * The folder of one sandbox. It is removed when the process exits, or after a kill, when the next sandbox starts.
 * @throws ExpectedError DISK when the folder for temporary files cannot be used
 */
export async function makeSandboxFolder(owner: SandboxProcess | null): Promise<SandboxFolder> {
  const { path } = await makeTemporaryFolder(tmpdir(), 'streamdiver-sandbox-', owner);
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
