import { fstatSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { callbackify, promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { replaceDiskCall } from './replace-disk-call.ts';
import { listTree, unlessGone } from './temp-folder.ts';
import { onWindows } from './windows/launcher.ts';
import { skipTest } from './windows/windows-test.ts';

/** Methods of open files that a test can replace. */
type Method = 'datasync' | 'read' | 'sync' | 'truncate' | 'write';

const LONGER_MS = 100;

/** Replaces a method. `call` runs the original. */
type Around = (
  call: (...args: readonly unknown[]) => Promise<unknown>,
  args: readonly unknown[],
  handle: { readonly fd: number },
) => Promise<unknown>;

/** Replaces a method of open `node:fs/promises` files until the test ends or the returned function is called. */
export async function aroundHandles(method: Method, around: Around): Promise<() => void> {
  if (onWindows) skipTest('watches the disk calls of the program');
  const probe = await open(process.execPath);
  const prototype: object = Object.getPrototypeOf(probe);
  await probe.close();
  const descriptor = Object.getOwnPropertyDescriptor(prototype, method) ?? {};
  const real: (...args: readonly unknown[]) => Promise<unknown> = descriptor.value;
  const instead = function (this: FileHandle, ...args: readonly unknown[]) {
    return around((...passed) => Reflect.apply(real, this, passed), args, this);
  };
  Object.defineProperty(prototype, method, { ...descriptor, value: instead });
  const restoreDescriptors = method === 'sync' ? aroundDescriptors(around) : () => undefined;
  const restore = () => {
    Object.defineProperty(prototype, method, descriptor);
    restoreDescriptors();
  };
  onTestFinished(restore);
  return restore;
}

/** Replaces `fsync` of files that are open as a number. */
function aroundDescriptors(around: Around): () => void {
  return replaceDiskCall('fsync', (real, [fd, done]) => {
    const call = promisify<unknown>((end) => void real(fd, end));
    const instead = callbackify(() => around(call, [], { fd: Number(fd) }));
    return Reflect.apply(instead, null, [done]);
  });
}

/**
 * Lists writes and syncs below a folder in the order in which they ended, such as `write a/b` and `sync .`. Delays each
 * call, so that a call that is not awaited ends late.
 */
export async function watchDisk(folder: string): Promise<readonly string[]> {
  const ended: string[] = [];
  for (const method of ['write', 'sync', 'datasync'] as const) {
    await aroundHandles(method, async (call, args, handle) => {
      const path = pathBelow(folder, fstatSync(handle.fd).ino);
      const result = await call(...args);
      await delay(LONGER_MS);
      if (path !== null) ended.push(`${method} ${path}`);
      return result;
    });
  }
  return ended;
}

/** The path of a file by its inode, relative to the folder; null if it is not there. */
function pathBelow(folder: string, inode: number): string | null {
  const isIt = (path: string) => unlessGone(() => statSync(join(folder, path)))?.ino === inode;
  return ['.', ...listTree(folder).map(({ path }) => path)].find(isIt) ?? null;
}
