import type { ErrorCode, ExpectedError } from '../errors.ts';

/** What to do next where the place that failed knew nothing better. */
const DEFAULT_HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  USAGE: 'streamdiver-dl COMMAND --help shows the flags',
  CONFIG: 'streamdiver-dl help environment shows where settings come from',
  NOT_FOUND: 'streamdiver-dl list shows the packages that exist',
  AUTH: 'streamdiver-dl help environment shows where the credential comes from',
  JOB_FAILED: 'create the package again',
  UNAVAILABLE: 'try again later; -v shows what was asked and answered',
  BAD_RESPONSE: 'try again later; -v shows what was asked and answered',
  NOT_READY: 'try again later',
  DISK: 'check free space and permissions, then run the same command again',
  INTEGRITY: 'run the same command again; if it stays like this, create the package again',
  BUSY: 'wait for the other process, or choose another name with -o',
  UNSAFE: 'if you trust the source nevertheless, tell its operator',
  INTERRUPTED: 'run the same command again',
};

/** The error with a hint in any case, unless it names a command that goes on. */
export function withDefaultHint(error: ExpectedError): ExpectedError {
  const { hint, next = [] } = error.details;
  const fallback = DEFAULT_HINTS[error.code];
  if (hint !== undefined || next.length > 0 || fallback === undefined) return error;
  return error.with({ hint: fallback });
}
