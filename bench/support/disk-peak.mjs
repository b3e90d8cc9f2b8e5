import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const MIB = 1_048_576;
const run = promisify(execFile);

/**
 * Measures the peak disk usage of a folder during `act`, and its final usage, in MiB. Measuring takes time,
 * so the duration of such a run is meaningless.
 */
export async function watchDisk(folder, act) {
  let peakMiB = 0;
  const done = new AbortController();
  const watching = (async () => {
    while (!done.signal.aborted) peakMiB = Math.max(peakMiB, await usedMiB(folder));
  })();
  try {
    await act();
  } finally {
    done.abort();
    await watching;
  }
  return { peakMiB, finalMiB: await usedMiB(folder) };
}

/** Files appear and disappear meanwhile: du(1) complains, and sums up the others. */
async function usedMiB(folder) {
  const { stdout } = await run('du', ['-s', '-B1', folder]).catch((error) => error);
  return Number(/^\d+/.exec(stdout ?? '')?.[0] ?? 0) / MIB;
}
