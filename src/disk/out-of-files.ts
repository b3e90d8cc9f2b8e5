import { ExpectedError } from '../errors.ts';

/** Separate from the other reasons, because the start of the program loads it. */
export const OUT_OF_FILES: Readonly<Record<string, string>> = {
  EMFILE: 'too many open files',
  ENFILE: 'too many open files on this machine',
};
export const ALLOW_MORE = 'allow more of them with `ulimit -n 1024`, then rerun the command';

/** The error for users if the process or the machine has too many open files, which any operation can cause; else null. */
export function outOfFilesError(error: unknown): ExpectedError | null {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return null;
  const reason = OUT_OF_FILES[error.code];
  if (reason === undefined) return null;
  return new ExpectedError('DISK', `could not go on with the program: ${reason}`, {
    cause: error,
    hint: ALLOW_MORE,
  });
}
