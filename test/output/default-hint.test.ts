import { describe, expect, test } from 'vitest';
import { type ErrorCode, EXIT_CODES, ExpectedError } from '../../src/errors.ts';
import { withDefaultHint } from '../../src/output/default-hint.ts';

describe('withDefaultHint', () => {
  const codes = Object.keys(EXIT_CODES).filter((code): code is ErrorCode => Object.hasOwn(EXIT_CODES, code));

  test.each(codes.filter((code) => !['FAILED', 'INTERNAL', 'EXISTS', 'INTERRUPTED'].includes(code)))(
    '%s always has a hint',
    (code) => {
      expect(withDefaultHint(new ExpectedError(code, 'x'), 'fetch').details.hint).toMatch(/\w/);
    },
  );

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
