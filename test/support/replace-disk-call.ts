import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { afterThisTest } from './after-this-test.ts';

type Call = (...args: readonly unknown[]) => unknown;

/** An error like those of the operating system. */
export function systemError(code: string, more: object = {}): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: injected`), { code, syscall: 'injected', errno: -1, ...more });
}

/** Replaces a function of `node:fs` or `node:fs/promises` until the end of the test. Returns a function to restore it. */
export function replaceDiskCall(
  name:
    | 'fsync'
    | 'linkSync'
    | 'mkdirSync'
    | 'openSync'
    | 'readdirSync'
    | 'renameSync'
    | 'unlinkSync'
    | 'writeSync'
    | `promises.${'open' | 'access' | 'mkdir' | 'link' | 'rename' | 'rm' | 'readdir' | 'statfs' | 'writeFile'}`,
  replacement: (real: Call, args: readonly unknown[]) => unknown,
): () => void {
  const [holder, key] = name.startsWith('promises.')
    ? [fs.promises, name.slice('promises.'.length)]
    : [fs, name];
  const real = Object.getOwnPropertyDescriptor(holder, key);
  if (real === undefined) throw new Error(`node:fs has no ${name}`);
  const callReal: Call = (...args) => Reflect.apply(real.value, holder, args);
  Object.defineProperty(holder, key, { ...real, value: (...args: unknown[]) => replacement(callReal, args) });
  syncBuiltinESMExports();
  const restore = () => {
    Object.defineProperty(holder, key, real);
    syncBuiltinESMExports();
  };
  afterThisTest(async () => restore());
  return restore;
}

/** Replaces a method of all open files until the end of the test. */
export async function replaceFileCall(
  name: 'sync' | 'writeFile' | 'stat' | 'read',
  replacement: (file: FileHandle, real: Call, args: readonly unknown[]) => unknown,
): Promise<void> {
  const probe = await fs.promises.open(import.meta.filename);
  const prototype: FileHandle = Object.getPrototypeOf(probe);
  await probe.close();
  const real = prototype[name] as Call;
  Object.assign(prototype, {
    [name](this: FileHandle, ...args: unknown[]) {
      return replacement(this, (...more) => Reflect.apply(real, this, more), args);
    },
  });
  afterThisTest(async () => void Object.assign(prototype, { [name]: real }));
}
