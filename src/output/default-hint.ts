import type { ErrorCode, ExpectedError } from '../errors.ts';
import { PROGRAM } from '../version.ts';

/** Hints for errors without a more specific one. */
const DEFAULT_HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  CONFIG: "run 'streamdiver-dl config list --show-origin' to see the settings",
  NOT_FOUND: "run 'streamdiver-dl list' to see your packages",
  AUTH: "run 'streamdiver-dl whoami' to see the credential",
  JOB_FAILED: 'create the package again',
  UNAVAILABLE: 'try again later, or use -v for details',
  BAD_RESPONSE: 'use -v for details',
  NOT_READY: 'try again later',
  DISK: 'check free space and permissions, then rerun',
  INTEGRITY: 'rerun; if the error persists, create the package again',
  BUSY: 'wait for the other process, or use another name with -o',
  UNSAFE: 'report this to the operator of the service',
  AMBIGUOUS: "run 'streamdiver-dl list' before you create it again",
};

/** The hint for an invalid line that names this command, or no command (the empty text). */
export function usageHint(commandPath: string): string {
  return commandPath === ''
    ? `Run '${PROGRAM} --help' for usage.`
    : `Run '${PROGRAM} ${commandPath} --help' for usage.`;
}

/**
 * The error with a hint, unless it names a command that continues.
 * @param commandPath the command that the line names, such as `media list`; empty for none
 */
export function withDefaultHint(error: ExpectedError, commandPath: string): ExpectedError {
  const { hint, next = [] } = error.details;
  const fallback = error.code === 'USAGE' ? usageHint(commandPath) : defaultHint(error);
  if (hint !== undefined || next.length > 0 || fallback === undefined) return error;
  return error.with({ hint: fallback });
}

function defaultHint({ code, details: { httpStatus = 0 } }: ExpectedError): string | undefined {
  // The service would refuse the same request again.
  if (code === 'BAD_RESPONSE' && httpStatus >= 400 && httpStatus < 500) {
    return 'check the IDs and values, or use -v for details';
  }
  return DEFAULT_HINTS[code];
}
