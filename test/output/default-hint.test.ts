import { describe, expect, test } from 'vitest';
import { type ErrorCode, EXIT_CODES, ExpectedError } from '../../src/errors.ts';
import { withDefaultHint } from '../../src/output/default-hint.ts';

describe('withDefaultHint', () => {
  const HINTS: Readonly<Record<ErrorCode, string | undefined>> = {
    FAILED: undefined,
    USAGE: "Run 'streamdiver-dl fetch --help' for usage.",
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
    EXISTS: undefined,
    AMBIGUOUS: "run 'streamdiver-dl list' before you create it again",
    INTERNAL: undefined,
    INTERRUPTED: undefined,
  };

  test.each(Object.entries(HINTS) as [ErrorCode, string | undefined][])('after %s: %s', (code, hint) => {
    expect(withDefaultHint(new ExpectedError(code, 'x'), 'fetch').details.hint).toBe(hint);
  });

  test('the table covers all codes', () => {
    expect(Object.keys(HINTS)).toEqual(Object.keys(EXIT_CODES));
  });

  test.each([
    [399, 'use -v for details'],
    [400, 'check the IDs and values, or use -v for details'],
    [499, 'check the IDs and values, or use -v for details'],
    [500, 'use -v for details'],
    [undefined, 'use -v for details'],
  ])('after HTTP %j, the hint of BAD_RESPONSE is: %s', (httpStatus, hint) => {
    expect(withDefaultHint(new ExpectedError('BAD_RESPONSE', 'x', { httpStatus }), '').details.hint).toBe(
      hint,
    );
    expect(withDefaultHint(new ExpectedError('AUTH', 'x', { httpStatus }), '').details.hint).toBe(
      "run 'streamdiver-dl whoami' to see the credential",
    );
  });

  test.each(['FAILED', 'INTERNAL', 'EXISTS', 'INTERRUPTED'] as const)('%s has no default hint', (code) => {
    const error = new ExpectedError(code, 'x');
    expect(withDefaultHint(error, 'fetch')).toBe(error);
  });

  test('a usage error names the help of its command', () => {
    const hints = ['', 'media list'].map(
      (path) => withDefaultHint(new ExpectedError('USAGE', 'x'), path).details.hint,
    );
    expect(hints).toEqual([
      "Run 'streamdiver-dl --help' for usage.",
      "Run 'streamdiver-dl media list --help' for usage.",
    ]);
  });

  test('does not replace an existing hint or next command', () => {
    const hinted = new ExpectedError('AUTH', 'x', { hint: 'own' });
    const continued = new ExpectedError('AUTH', 'x', { next: ['cmd'] });
    expect([withDefaultHint(hinted, ''), withDefaultHint(continued, '')]).toEqual([hinted, continued]);
  });
});
