import { describe, expect, test } from 'vitest';
import { type ErrorCode, EXIT_CODES, ExpectedError } from '../../src/errors.ts';
import { withDefaultHint } from '../../src/output/default-hint.ts';

describe('withDefaultHint', () => {
  const codes = Object.keys(EXIT_CODES).filter((code): code is ErrorCode => Object.hasOwn(EXIT_CODES, code));

  test.each(codes.filter((code) => !['FAILED', 'INTERNAL', 'EXISTS', 'INTERRUPTED'].includes(code)))(
    '%s always says what to do next',
    (code) => {
      expect(withDefaultHint(new ExpectedError(code, 'x'), 'fetch').details.hint).toMatch(/\w/);
    },
  );

  test('a hint or a command that is there stays alone', () => {
    const hinted = new ExpectedError('AUTH', 'x', { hint: 'own' });
    const continued = new ExpectedError('AUTH', 'x', { next: ['cmd'] });
    expect([withDefaultHint(hinted, ''), withDefaultHint(continued, '')]).toEqual([hinted, continued]);
  });
});
