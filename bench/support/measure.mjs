import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cleanEnv } from './program.mjs';

/**
 * Runs a command to completion under time(1), which gets from the kernel: wall time and CPU time (user and
 * system, including children) in seconds, and the peak memory of the largest process in MiB.
 */
export async function measure(command, { folder, env = cleanEnv(folder) }) {
  const report = path.join(folder, 'time.txt');
  const startNs = process.hrtime.bigint();
  await succeed(['/usr/bin/time', '-o', report, '-f', '%U %S %M', ...command], { cwd: folder, env });
  const seconds = Number(process.hrtime.bigint() - startNs) / 1e9;
  const [user, system, peakKiB] = readFileSync(report, 'utf8').trim().split(' ').map(Number);
  rmSync(report);
  return { seconds, cpuSeconds: user + system, peakMiB: peakKiB / 1024 };
}

function succeed([file, ...args], options) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
    let errors = '';
    child.stderr.on('data', (text) => {
      errors += text;
    });
    child.once('error', (cause) => {
      reject(new Error('GNU time is not installed (Debian: apt-get install time)', { cause }));
    });
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${args.join(' ')} ended with ${code}: ${errors}`));
    });
  });
}
