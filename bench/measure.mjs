import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 10;

/** Runs a command to its end: wall time in seconds and peak memory of its process in MiB (Linux). */
export function measure(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const startNs = process.hrtime.bigint();
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
    let peakMiB = 0;
    let errors = '';
    const look = setInterval(() => {
      peakMiB = Math.max(peakMiB, peakOf(child.pid));
    }, LOOK_EVERY_MS);
    child.stderr.on('data', (text) => {
      errors += text;
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      clearInterval(look);
      if (code !== 0) reject(new Error(`${command} ended with ${code}: ${errors}`));
      else resolve({ seconds: Number(process.hrtime.bigint() - startNs) / 1e9, peakMiB });
    });
  });
}

/** The kernel keeps the high-water mark, so that looking now and then is enough. */
function peakOf(pid) {
  try {
    const match = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return match ? Number(match[1]) / 1024 : 0;
  } catch {
    // The process has just ended, or this is not Linux.
    return 0;
  }
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
