import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterThisTest } from '../support/after-this-test.ts';
import { LIMITED_RIGHTS } from '../support/process/limited-rights.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

export const PLAIN = ['empty file', 'garbage', '3 GB sparse file', 'journal of 100,000 ranges'] as const;
export const LINKS = [
  'link to a file elsewhere',
  'link to nothing',
  'link to itself',
  'link to a device',
] as const;
export const ALL = [...PLAIN, ...LINKS, 'folder', 'FIFO', 'socket', 'device', 'unreadable file'] as const;

export type ThingName = (typeof ALL)[number];

/** Something that a person, an accident, or an attacker puts where the program expects its own file. */
export interface Thing {
  readonly name: ThingName;
  /** A regular file. The program may replace or remove it if the name is one of its own. */
  readonly isPlain: boolean;
  /** Creates it at `path`. Nothing may change in the folder `outside`. */
  put(path: string, outside: string): void | Promise<void>;
  /** A command prefix that drops rights, where the thing depends on missing rights. */
  readonly wrapper?: readonly string[];
}

const SPARSE_BYTES = 3_000_000_000;
const RANGES = Array.from({ length: 100_000 }, (_, index) => [index * 3, index * 3 + 1]);

function makeDevice(path: string): void {
  execFileSync('mknod', ['-m', '666', path, 'c', '1', '5'], { stdio: 'ignore' });
}

/** A container may forbid creating or using devices. */
export const hasDevices = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'device-'));
  try {
    makeDevice(join(folder, 'zero'));
    return spawnSync('head', ['-c', '1', join(folder, 'zero')]).status === 0;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
})();

const FILE_KINDS: readonly Thing[] = [
  { name: 'empty file', isPlain: true, put: (path) => writeFileSync(path, '') },
  {
    name: 'garbage',
    isPlain: true,
    put: (path) => writeFileSync(path, Buffer.from('{"\0\xff[[[', 'latin1')),
  },
  {
    name: '3 GB sparse file',
    isPlain: true,
    put(path) {
      writeFileSync(path, '');
      truncateSync(path, SPARSE_BYTES);
    },
  },
  {
    name: 'journal of 100,000 ranges',
    isPlain: true,
    put(path) {
      const identity = { origin: 'http://127.0.0.1:1', packageId: 'a', fileId: 'b' };
      const journal = {
        schema: 2,
        identity,
        sizeBytes: 300_000,
        validator: {},
        synced: RANGES,
        written: RANGES,
      };
      writeFileSync(path, `${JSON.stringify(journal)}\n`);
    },
  },
  {
    name: 'folder',
    isPlain: false,
    put(path) {
      mkdirSync(path);
      writeFileSync(join(path, 'somebody.txt'), 'the work of years');
    },
  },
];

const LINK_KINDS: readonly Thing[] = [
  {
    name: 'link to a file elsewhere',
    isPlain: false,
    put: (path, outside) => symlinkSync(join(outside, 'kept.txt'), path),
  },
  {
    name: 'link to nothing',
    isPlain: false,
    put: (path, outside) => symlinkSync(join(outside, 'missing'), path),
  },
  { name: 'link to itself', isPlain: false, put: (path) => symlinkSync(path, path) },
];

const SPECIAL: readonly Thing[] = [
  { name: 'FIFO', isPlain: false, put: (path) => void execFileSync('mkfifo', [path]) },
  {
    name: 'socket',
    isPlain: false,
    async put(path) {
      const server = createServer();
      // A socket path has at most 107 bytes, so create it at a short path and move it.
      const short = join(makeTempFolder('s-'), 's');
      await new Promise<void>((resolve) => server.listen(short, resolve));
      execFileSync('mv', [short, path]);
      afterThisTest(() => new Promise((resolve) => server.close(() => resolve())));
    },
  },
];

const DEVICES: readonly Thing[] = [
  { name: 'device', isPlain: false, put: makeDevice },
  {
    name: 'link to a device',
    isPlain: false,
    put(path) {
      const device = join(makeTempFolder('device-'), 'zero');
      makeDevice(device);
      symlinkSync(device, path);
    },
  },
];

const UNREADABLE = (wrapper: readonly string[]): Thing => ({
  name: 'unreadable file',
  isPlain: true,
  wrapper,
  put(path) {
    writeFileSync(path, 'not for you');
    chmodSync(path, 0);
  },
});

/** Everything that this machine can create. */
export const THINGS: readonly Thing[] = [
  ...FILE_KINDS,
  ...LINK_KINDS,
  ...SPECIAL,
  ...(hasDevices ? DEVICES : []),
  ...(LIMITED_RIGHTS === null ? [] : [UNREADABLE(LIMITED_RIGHTS)]),
];

/** Changes when something else takes the path, or when the content changes. */
export function fingerprint(path: string): string {
  const status = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (status === undefined) return 'nothing';
  const { dev, ino, mode, size, mtimeNs } = status;
  const inside = status.isDirectory() ? readFileSync(join(path, 'somebody.txt'), 'utf8') : [size, mtimeNs];
  // Ignores permissions, because the program tightens those of its store on purpose.
  return [dev, ino, mode & ~0o777n, inside].join(' ');
}
