import { type ErrorCode, ExpectedError } from '../errors.ts';
import { formatSize } from '../parse/size.ts';

/** A target that failed, and why. */
export interface Failure {
  readonly id: string;
  readonly error: ExpectedError;
}

/** The message of one of several failures, which always names the package, or another kind of target. */
export function failureText({ id, error }: Failure, what = 'package'): string {
  return error.message.includes(id) ? error.message : `${error.message} (${what} ${id})`;
}

/**
 * One error for a command that tries all of its targets. With one target, the failure itself. Otherwise the common
 * code of all failures, or FAILED. The individual failures have already been reported.
 */
export function batchError(
  failures: readonly Failure[],
  targetCount: number,
  document: Readonly<Record<string, unknown>>,
  what = 'package',
): ExpectedError {
  const [first] = failures;
  if (first === undefined) throw new RangeError('a batch without failures has no error');
  if (targetCount === 1) return first.error.with({ id: first.id, document });
  const codes = new Set<ErrorCode>(failures.map(({ error }) => error.code));
  const code: ErrorCode = codes.size === 1 ? first.error.code : 'FAILED';
  const count = `${failures.length} of ${targetCount} ${what}s`;
  const message =
    code === 'INTERRUPTED' ? `Interrupted. ${count} are incomplete${saved(failures)}.` : `${count} failed`;
  return new ExpectedError(code, message, {
    document,
    hint:
      code === 'INTERRUPTED'
        ? 'rerun the command to continue'
        : common(failures.map(({ error }) => error.details.hint)),
    rerunContinues: code === 'INTERRUPTED',
    httpStatus: common(failures.map(({ error }) => error.details.httpStatus)),
    next: failures.flatMap(({ error }) => error.details.next ?? []),
    exitCode: codes.size === 1 ? first.error.exitCode : undefined,
  });
}

/** The size of all partial downloads. */
function saved(failures: readonly Failure[]): string {
  const sizeBytes = failures.reduce((sum, { error }) => sum + (error.details.savedBytes ?? 0), 0);
  return sizeBytes === 0 ? '' : `; ${formatSize(sizeBytes)} saved`;
}

/** The common value; undefined if the values differ. */
function common<Value>(values: readonly Value[]): Value | undefined {
  return values.every((value) => value === values[0]) ? values[0] : undefined;
}
