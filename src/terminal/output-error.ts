import { reasonOf, remedyOf } from '../disk/disk-error.ts';
import { ExpectedError } from '../errors.ts';
import type { OutputStream } from '../world.ts';
import { isReaderGone } from './sink.ts';

/** The failure of standard output as the user is told of it. */
export function outputError(error: NodeJS.ErrnoException, stream: OutputStream): ExpectedError {
  if (isReaderGone(error, stream)) {
    return new ExpectedError('DISK', 'standard output was closed by its reader', {
      cause: error,
      hint: 'let the reader of the pipe read to the end',
    });
  }
  return new ExpectedError('DISK', `could not write standard output: ${reasonOf(error)}`, {
    cause: error,
    hint: remedyOf(error) ?? 'check what standard output leads to',
  });
}
