import type { Clock } from '../clock.ts';
import { ExpectedError } from '../errors.ts';
import { isSystemError } from './disk-error.ts';

/** Runs a file operation, and repeats it while the file is in use. */
export type Attempt = <Result>(operation: () => Promise<Result>) => Promise<Result>;

/** Windows returns these for a file that another program has open. */
const BUSY = new Set(['EPERM', 'EBUSY', 'EACCES']);
const PATIENCE_MS = 1_000;
const POLL_MS = 50;

/**
 * Virus scanners and indexers briefly open every new file, and Windows cannot rename, replace, or remove an open file.
 * On Windows, such failures are retried for a second. After that, the operation throws ExpectedError DISK.
 */
export function untilFree({ platform, clock }: { platform: NodeJS.Platform; clock: Clock }): Attempt {
  if (platform !== 'win32') return (operation) => operation();
  return async (operation) => {
    const giveUpMs = clock.monotonicMs() + PATIENCE_MS;
    for (;;) {
      try {
        return await operation();
      } catch (error) {
        const isBusy = isSystemError(error) && BUSY.has(error.code ?? '');
        if (!isBusy) throw error;
        if (clock.monotonicMs() >= giveUpMs) throw busyFileError(error);
        await clock.sleep(POLL_MS);
      }
    }
  };
}

/** Windows does not distinguish an open file from one without write permission. */
function busyFileError(error: NodeJS.ErrnoException & { readonly dest?: string }): ExpectedError {
  const file = error.dest ?? error.path ?? 'the file';
  const reason = error.code === 'EBUSY' ? '' : 'it is write-protected, or ';
  return new ExpectedError('DISK', `cannot write ${file}: ${reason}another program has it open`, {
    cause: error,
    hint: 'close the file in other programs, then rerun the command',
  });
}
