import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { LockingProcess } from '../../disk/lock-record.ts';
import { makeTemporaryFolder } from '../../disk/temporary-folder.ts';

export interface SandboxFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** Who runs the sandbox, so that the next one can tell whether it is still there. */
export type SandboxProcess = LockingProcess & { readonly userId: number | null };

/**
 * The folder of one sandbox, gone at the latest when the process exits; after a process that was killed, when the
 * next sandbox starts.
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
