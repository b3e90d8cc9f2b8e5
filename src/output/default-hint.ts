import type { ErrorCode, ExpectedError } from '../errors.ts';
import { PROGRAM } from '../version.ts';

/** What to do next where the place that failed knew nothing better. */
const DEFAULT_HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  CONFIG: 'streamdiver-dl help environment shows where settings come from',
  NOT_FOUND: 'streamdiver-dl list shows the packages that exist',
  AUTH: 'streamdiver-dl help environment shows where the credential comes from',
  JOB_FAILED: 'create the package again',
  UNAVAILABLE: 'try again later; -v shows what was asked and answered',
  BAD_RESPONSE: '-v shows the request and the response',
  NOT_READY: 'try again later',
  DISK: 'check free space and permissions, then run the same command again',
  INTEGRITY: 'run the same command again; if it stays like this, create the package again',
  BUSY: 'wait for the other process, or choose another name with -o',
  UNSAFE: 'if you trust the source nevertheless, tell its operator',
  AMBIGUOUS: 'check with streamdiver-dl list before you create it again',
};

/** What to do when a line is wrong that names this command, or none (the empty text). */
export function usageHint(commandPath: string): string {
  return commandPath === ''
    ? `${PROGRAM} help lists the commands`
    : `${PROGRAM} ${commandPath} --help shows how it is used`;
}

/**
 * The error with a hint in any case, unless it names a command that goes on.
 * @param commandPath the command that the line names, such as `media list`; empty for none
 */
export function withDefaultHint(error: ExpectedError, commandPath: string): ExpectedError {
  const { hint, next = [] } = error.details;
  const fallback = error.code === 'USAGE' ? usageHint(commandPath) : defaultHint(error);
  if (hint !== undefined || next.length > 0 || fallback === undefined) return error;
  return error.with({ hint: fallback });
}

function defaultHint({ code, details: { httpStatus = 0 } }: ExpectedError): string | undefined {
  // What the service refused it will refuse again.
  if (code === 'BAD_RESPONSE' && httpStatus >= 400 && httpStatus < 500) {
    return 'check the IDs and values you gave; -v shows the request and the response';
  }
  return DEFAULT_HINTS[code];
}
