#!/usr/bin/env node
import os from 'node:os';
import process from 'node:process';
import { createClock } from '../dist/clock.js';
import { main } from '../dist/main.js';

// A drained event loop is a success to Node; here success must be earned.
process.exitCode = 70;

// Not awaited at the top level: Node would turn a promise that never settles into exit code 13.
void main({
  argv: process.argv.slice(2),
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  cwd: process.cwd(),
  platform: process.platform,
  nodeVersion: process.version,
  hostname: os.hostname(),
  pid: process.pid,
  parentPid: () => process.ppid,
  isProcessAlive(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      // EPERM: it is there and belongs to somebody else.
      return error.code === 'EPERM';
    }
  },
  temporaryFolder: os.tmpdir(),
  clock: createClock(),
  random: Math.random,
  onSignal(name, callback) {
    process.on(name, callback);
    return () => process.off(name, callback);
  },
  exitNow: (exitCode) => process.exit(exitCode),
}).then((exitCode) => {
  process.exitCode = exitCode;
});
