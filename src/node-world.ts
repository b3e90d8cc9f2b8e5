import { constants, fstatSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import { isatty } from 'node:tty';
import { createClock } from './clock.ts';
import type { World } from './world.ts';

/** O_ACCMODE of open(2), which Node does not name. */
const O_ACCESS_MODES = 3;

/** When this process started, for systems that do not report it. Distinguishes its own locks from older ones. */
const OWN_START = String(Math.round(performance.timeOrigin));

/** The world of one invocation, from `process`. Standard streams are opened when they are first used. */
export function makeNodeWorld(): World {
  return {
    argv: process.argv.slice(2),
    env: process.env,
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    cwd: () => process.cwd(),
    platform: process.platform,
    nodeVersion: process.version,
    // macOS changes the rest of the name, and its case, with the network.
    hostname: (os.hostname().split('.')[0] ?? '').toLowerCase(),
    pid: process.pid,
    userId: process.geteuid?.() ?? null,
    parentPid: () => process.ppid,
    isProcessAlive,
    processStartedAt: (pid) => readProcessStat(pid)?.startedAt ?? (pid === process.pid ? OWN_START : null),
    uptimeMs: () => os.uptime() * 1_000,
    temporaryFolder: os.tmpdir(),
    clock: createClock(),
    random: Math.random,
    onSignal(name, callback) {
      process.on(name, callback);
      return () => process.off(name, callback);
    },
    hasTerminal: () => [0, 1, 2].some((descriptor) => isatty(descriptor)),
    isOutputClosed,
    exitNow: (exitCode) => process.exit(exitCode),
  };
}

/**
 * Node opens the null device for a closed descriptor, for reading and writing. A shell opens it only for writing,
 * so `> /dev/null` is distinguishable; a parent that opens it for both (Python's subprocess.DEVNULL) is not.
 */
function isOutputClosed(): boolean {
  try {
    const [, flags = '0'] = /^flags:\s*([0-7]+)/m.exec(readFileSync('/proc/self/fdinfo/1', 'utf8')) ?? [];
    const isReadable = (Number.parseInt(flags, 8) & O_ACCESS_MODES) === constants.O_RDWR;
    return isReadable && fstatSync(1).rdev === statSync('/dev/null').rdev;
  } catch {
    // Not Linux.
    return false;
  }
}

/** A killed process keeps its ID until its parent waits for it, which some parents never do. */
function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process exists but belongs to another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const stat = readProcessStat(pid);
  // The main thread ends first; another thread may still be writing.
  return stat === null || !['Z', 'X'].includes(stat.state) || stat.threads !== '1';
}

interface ProcessStat {
  readonly state: string;
  readonly threads: string;
  /** In clock ticks since boot. */
  readonly startedAt: string;
}

/** Fields 3, 20, and 22 of /proc/PID/stat (proc(5)), on Linux only. The name before them may contain spaces. */
function readProcessStat(pid: number): ProcessStat | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', threads: fields[17] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    // Not Linux, or the process has ended.
    return null;
  }
}
