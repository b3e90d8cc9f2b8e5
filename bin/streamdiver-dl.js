#!/usr/bin/env node
'use strict';

const { constants, fstatSync, readFileSync, statSync, writeSync } = require('node:fs');
const nodeModule = require('node:module');
const os = require('node:os');
const { isatty } = require('node:tty');

/** O_ACCMODE of open(2), which Node does not name. */
const O_ACCESS_MODES = 3;

// A drained event loop is a success to Node; here success must be earned.
process.exitCode = 70;

// Before anything else is loaded, so that nothing can be thrown aside unseen. Unhandled rejections end up here, too.
process.on('uncaughtException', (error) => {
  void crash(error);
});

// Unheard, it would end the process at a write beyond `ulimit -f`; heard, the write fails with EFBIG.
process.on('SIGXFSZ', () => undefined);

keepCompiled();

// Not awaited at the top level: Node would turn a promise that never settles into exit code 13.
void start();

async function start() {
  const { launch } = require('../dist/launch.js');
  process.exitCode = await launch(makeWorld());
}

/** Saves a fifth of the start. Node before 22.1 cannot; NODE_DISABLE_COMPILE_CACHE switches it off. */
function keepCompiled() {
  if (nodeModule.enableCompileCache === undefined || process.env.NODE_DISABLE_COMPILE_CACHE) return;
  const { compileCacheFolder } = require('../dist/launch.js');
  const folder = compileCacheFolder(process.env, process.platform, process.geteuid?.() ?? null);
  if (folder !== null) nodeModule.enableCompileCache(folder);
}

async function crash(error) {
  try {
    const { tellCrash } = require('../dist/launch.js');
    process.exit(await tellCrash(error, makeWorld()));
  } catch {
    // Our own modules cannot be loaded, which is what has thrown the first error, too.
    process.exit(tellUnloadable(error));
  }
}

/** Says without a module and without opening a file that the program could not be loaded; returns the exit code. */
function tellUnloadable({ code: reason, message }) {
  const isOutOfFiles = reason === 'EMFILE' || reason === 'ENFILE';
  const error = {
    code: isOutOfFiles ? 'DISK' : 'INTERNAL',
    exitCode: isOutOfFiles ? 9 : 70,
    message: isOutOfFiles
      ? 'the program could not be loaded: too many open files'
      : `the program could not be loaded: ${String(message).split('\n')[0]}`,
    hint: isOutOfFiles
      ? 'allow more of them with `ulimit -n 1024`, then run the same command again'
      : 'install streamdiver-dl again',
    id: null,
    httpStatus: null,
    requestId: null,
    retryable: false,
    next: [],
  };
  try {
    writeSync(2, `error: ${error.message}\nhint: ${error.hint}\n`);
    if (process.argv.includes('--json')) writeSync(1, `${JSON.stringify({ error }, null, 2)}\n`);
  } catch {
    // Nobody listens; the exit code has to do.
  }
  return error.exitCode;
}

function makeWorld() {
  const { createClock } = require('../dist/launch.js');
  return {
    argv: process.argv.slice(2),
    env: process.env,
    // Made when they are looked at; only what an invocation needs.
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
    // macOS changes what follows the first dot, and the case, with the network it is in.
    hostname: os.hostname().split('.')[0].toLowerCase(),
    pid: process.pid,
    userId: process.geteuid?.() ?? null,
    parentPid: () => process.ppid,
    isProcessAlive,
    processStartedAt,
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
 * In the place of a closed descriptor Node opens the null device, for reading and writing. A shell opens it for writing
 * only, so `> /dev/null` is told apart; a parent that opens it for both (subprocess.DEVNULL of Python) is not.
 */
function isOutputClosed() {
  try {
    const [, flags] = /^flags:\s*([0-7]+)/m.exec(readFileSync('/proc/self/fdinfo/1', 'utf8'));
    const isReadable = (Number.parseInt(flags, 8) & O_ACCESS_MODES) === constants.O_RDWR;
    return isReadable && fstatSync(1).rdev === statSync('/dev/null').rdev;
  } catch {
    // Another system.
    return false;
  }
}

/** A process that was killed keeps its number until its parent asks for how it ended, which some never do. */
function isProcessAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    if (error.code !== 'EPERM') return false;
  }
  const { state, threads } = readProcessStat(pid);
  // The main thread counts as dead at once; another one may still be in the middle of a write.
  return !(['Z', 'X'].includes(state) && threads === '1');
}

function processStartedAt(pid) {
  return readProcessStat(pid).startedAt ?? null;
}

/** Fields 3, 20 and 22 of /proc/PID/stat (proc(5)), which only Linux has; the name before them may hold spaces. */
function readProcessStat(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], threads: fields[17], startedAt: fields[19] };
  } catch {
    // Another system, or the process has ended.
    return {};
  }
}
