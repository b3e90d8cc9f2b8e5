import { execFileSync } from 'node:child_process';
import os from 'node:os';

/** Processor, cores, kernel, file system of the benchmark folder, and other load on the machine. */
export function describeMachine() {
  const [cpu] = os.cpus();
  const folder = process.env.BENCH_DIR || os.tmpdir();
  const fileSystem = execFileSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8' }).trim();
  return [
    `${cpu?.model ?? 'unknown processor'}, ${os.cpus().length} cores`,
    `${os.type()} ${os.release()}`,
    fileSystem,
    `load ${os.loadavg()[0].toFixed(1)} before`,
  ].join(', ');
}
