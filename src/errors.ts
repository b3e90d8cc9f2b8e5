/** The exit codes that scripts rely on. A code is never given a second meaning; a test pins the table. */
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

/** Codes after which the same command may be run again with a chance of success. */
const REPEATABLE: ReadonlySet<ErrorCode> = new Set([
  'UNAVAILABLE',
  'NOT_READY',
  'INTEGRITY',
  'BUSY',
  'INTERRUPTED',
]);

export interface ErrorDetails {
  /** What the user does next, as a sentence or a command. */
  readonly hint?: string | undefined;
  /** Id of the package or medium the error is about. */
  readonly id?: string | undefined;
  readonly httpStatus?: number | undefined;
  readonly requestId?: string | undefined;
  /** Whole commands that continue the work, already shell-quoted. */
  readonly next?: readonly string[] | undefined;
  /** Running the same command again continues, so people do not need `next`. */
  readonly rerunContinues?: boolean | undefined;
  /** Size of an unfinished download that can be continued. */
  readonly savedBytes?: number | undefined;
  /** Absolute paths of files that were finished all the same and stay. */
  readonly written?: readonly string[] | undefined;
  /** The raw error, shown with `-v` only. */
  readonly cause?: unknown;
  /** Overrides the exit code that belongs to the error code (signals: 128 + n). */
  readonly exitCode?: number | undefined;
  /** What was achieved all the same: printed beside the error in the `--json` document. */
  readonly document?: Readonly<Record<string, unknown>> | undefined;
  /** Technical lines for `-v`: method, path, status, time. */
  readonly technical?: readonly string[] | undefined;
  /** The same request may be sent again by this program (if it is idempotent). */
  readonly transient?: boolean | undefined;
  /** Nothing of what was asked has been done, which a failed status alone does not say. */
  readonly nothingDone?: boolean | undefined;
  /** False where running the same command again could do harm, whatever the code. */
  readonly repeatable?: boolean | undefined;
  /** How long the service asked to wait before that. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * An error that the user can act on. The message says what happened and which thing it concerns;
 * anything thrown that is not an ExpectedError is a bug of this program and exits with 70.
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

  /** The same error with more said about it, where a caller knows more. */
  with(details: ErrorDetails): ExpectedError {
    const copy = new ExpectedError(this.code, this.message, { ...this.details, ...details });
    if (this.stack !== undefined) copy.stack = this.stack;
    return copy;
  }
}

export function isExpectedError(error: unknown, code?: ErrorCode): error is ExpectedError {
  return error instanceof ExpectedError && (code === undefined || error.code === code);
}
