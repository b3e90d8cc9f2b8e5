import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const MIB = 1_048_576;
const run = promisify(execFile);

/**
 * What a folder takes on the disk at most while `act` runs, and in the end, in MiB. Looking disturbs, so
 * that the time of such a run means nothing.
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

/** Files come and go meanwhile: du(1) complains, and tells the sum of the others. */
async function usedMiB(folder) {
  const { stdout } = await run('du', ['-s', '-B1', folder]).catch((error) => error);
  return Number(/^\d+/.exec(stdout ?? '')?.[0] ?? 0) / MIB;
}
