import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempFolder } from './temp-folder.ts';

/** Groups of `node:fs/promises` calls that can be made to fail. */
export type DiskCall =
  | 'open'
  | 'write'
  | 'sync'
  | 'truncate'
  | 'read'
  | 'close'
  | 'rename'
  | 'link'
  | 'unlink';

/**
 * What the call does instead: fail with a code such as `ENOSPC`, kill the process before or after the
 * call, never settle, or transfer at most 100 bytes (`write` and `read` only).
 */
export type DiskEffect = `E${string}` | 'kill before' | 'kill after' | 'hang' | 'short';

export interface DiskFault {
  readonly call: DiskCall;
  /** The index of the call in that group, from 1; `every` for all of them. */
  readonly nth: number | 'every';
  readonly effect: DiskEffect;
  /** Applies only to paths that contain this text. */
  readonly pathPart: string;
}

/**
 * Flags for Node that inject a disk fault into a spawned program, on any platform. The fault is recorded in
 * the file `markerPath`.
 */
export function diskFaultFlags(fault: DiskFault): { nodeFlags: readonly string[]; markerPath: string } {
  const folder = makeTempFolder('disk-fault-');
  const modulePath = join(folder, 'preload.mjs');
  const markerPath = join(folder, 'happened');
  writeFileSync(modulePath, `const fault = ${JSON.stringify({ ...fault, markerPath })};\n${PRELOAD}`);
  return { nodeFlags: ['--import', modulePath], markerPath };
}

/** Flags that keep a program alive which only waits for a call that hangs. */
export const KEPT_ALIVE = ['--import', 'data:text/javascript,setInterval(() => {}, 1000)'];

/** Runs inside the program under test. Wraps the calls of one group and counts them. */
const PRELOAD = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { call, nth, effect, pathPart, markerPath } = fault;
const promises = fs.promises;
const paths = new WeakMap();
let count = 0;

function isHit(path) {
  if (!String(path).includes(pathPart)) return false;
  count += 1;
  return nth === 'every' || count === nth;
}

function mark() {
  fs.writeFileSync(markerPath, '');
}

async function disturb(action, shorten) {
  mark();
  if (effect === 'kill before') process.kill(process.pid, 'SIGKILL');
  if (effect === 'hang') return new Promise(() => {});
  if (effect === 'short') return shorten();
  if (effect.startsWith('E')) throw Object.assign(new Error(effect + ': injected'), { code: effect, errno: -1, syscall: call });
  // After the call, even if it failed: opening a missing file also counts.
  try {
    return await action();
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}

const realOpen = promises.open;
promises.open = async (path, ...rest) => {
  const action = () => realOpen(path, ...rest);
  const handle = call === 'open' && isHit(path) ? await disturb(action, action) : await action();
  paths.set(handle, path);
  if (call === 'close') {
    const realClose = handle.close;
    handle.close = () => (isHit(path) ? disturb(realClose, realClose) : realClose());
  }
  return handle;
};

const byPath = { rename: ['rename'], link: ['link'], unlink: ['rm', 'unlink'] }[call] ?? [];
for (const name of byPath) {
  const real = promises[name];
  promises[name] = (...args) => {
    const action = () => real(...args);
    return isHit(args.join(' ')) ? disturb(action, action) : action();
  };
}

const byHandle = { write: ['write', 'writev', 'writeFile', 'appendFile'], sync: ['sync', 'datasync'], truncate: ['truncate'], read: ['read', 'readv', 'readFile'] }[call] ?? [];
if (byHandle.length > 0) {
  const probe = await realOpen(process.execPath);
  const prototype = Object.getPrototypeOf(probe);
  await probe.close();
  for (const name of byHandle) {
    const real = prototype[name];
    prototype[name] = function (...args) {
      const action = () => real.apply(this, args);
      const shorten = async () => {
        if (name === 'writev') {
          const bytes = Buffer.concat(args[0]).subarray(0, 100);
          return real.call(this, [bytes], args[1]);
        }
        if (name === 'write' && Buffer.isBuffer(args[0])) return prototype.writev.call(this, [args[0].subarray(0, 100)], args[3] ?? null);
        if (name === 'read' && Buffer.isBuffer(args[0])) return real.call(this, args[0], args[1], Math.min(args[2], 100), args[3]);
        return action();
      };
      return isHit(paths.get(this) ?? '') ? disturb(action, shorten) : action();
    };
  }
}
syncBuiltinESMExports();
`;
