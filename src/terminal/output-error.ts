import { reasonOf, remedyOf } from '../disk/disk-error.ts';
import { ExpectedError } from '../errors.ts';
import type { OutputStream } from '../world.ts';
import { isReaderGone } from './sink.ts';

/** The error for a failed write to standard output. */
export function outputError(error: NodeJS.ErrnoException, stream: OutputStream): ExpectedError {
  if (isReaderGone(error, stream)) {
    return new ExpectedError('DISK', 'the reader of standard output closed the pipe', {
      cause: error,
      hint: 'use a reader that reads to the end',
    });
  }
  return new ExpectedError('DISK', `cannot write to standard output: ${reasonOf(error)}`, {
    cause: error,
    hint: remedyOf(error) ?? 'check where standard output is redirected',
  });
}
