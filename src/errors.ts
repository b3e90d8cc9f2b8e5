/** The exit codes, which scripts rely on. A code never changes its meaning. A test checks the table. */
export const EXIT_CODES = {
  FAILED: 1,
  USAGE: 2,
  CONFIG: 2,
  NOT_FOUND: 3,
  AUTH: 4,
  JOB_FAILED: 5,
  UNAVAILABLE: 6,
  BAD_RESPONSE: 7,
  NOT_READY: 8,
  DISK: 9,
  INTEGRITY: 10,
  BUSY: 11,
  UNSAFE: 12,
  EXISTS: 13,
  AMBIGUOUS: 14,
  INTERNAL: 70,
  INTERRUPTED: 130,
} as const;

export type ErrorCode = keyof typeof EXIT_CODES;

/** Codes after which rerunning the same command can succeed. */
const REPEATABLE: ReadonlySet<ErrorCode> = new Set([
  'UNAVAILABLE',
  'NOT_READY',
  'INTEGRITY',
  'BUSY',
  'INTERRUPTED',
]);

export interface ErrorDetails {
  /** The next step for the user: one action or command. */
  readonly hint?: string | undefined;
  /** ID of the package or media item. */
  readonly id?: string | undefined;
  readonly httpStatus?: number | undefined;
  readonly requestId?: string | undefined;
  /** Complete commands that continue the work, quoted for the shell. */
  readonly next?: readonly string[] | undefined;
  /** Running the same command again continues, so people do not need `next`. */
  readonly rerunContinues?: boolean | undefined;
  /** Size of an unfinished download that can be continued. */
  readonly savedBytes?: number | undefined;
  /** Absolute paths of files that are complete and kept. */
  readonly written?: readonly string[] | undefined;
  /** The raw error, shown with `-v` only. */
  readonly cause?: unknown;
  /** Overrides the exit code that belongs to the error code (signals: 128 + n). */
  readonly exitCode?: number | undefined;
  /** Partial results, printed beside the error in the `--json` document. */
  readonly document?: Readonly<Record<string, unknown>> | undefined;
  /** Technical lines for `-v`: method, path, status, time. */
  readonly technical?: readonly string[] | undefined;
  /** This program can retry the request (if it is idempotent). */
  readonly transient?: boolean | undefined;
  /** The request had no effect, which a failed status alone does not prove. */
  readonly nothingDone?: boolean | undefined;
  /** False if rerunning the same command could do harm, regardless of the code. */
  readonly repeatable?: boolean | undefined;
  /** How long the service asked to wait before a retry. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * An error that the user can act on. The message names the operation that failed, its target, and the reason. Any
 * other thrown value is a bug in this program and exits with 70.
 */
export class ExpectedError extends Error {
  override readonly name: string = 'ExpectedError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }

  get exitCode(): number {
    return this.details.exitCode ?? EXIT_CODES[this.code];
  }

  get retryable(): boolean {
    return this.details.repeatable ?? REPEATABLE.has(this.code);
  }

  /** The same error with additional details from a caller. */
  with(details: ErrorDetails): ExpectedError {
    const copy = new ExpectedError(this.code, this.message, { ...this.details, ...details });
    if (this.stack !== undefined) copy.stack = this.stack;
    return copy;
  }
}

export function isExpectedError(error: unknown, code?: ErrorCode): error is ExpectedError {
  return error instanceof ExpectedError && (code === undefined || error.code === code);
}
