import { describe, expect, test } from 'vitest';
import { type ErrorCode, EXIT_CODES, ExpectedError } from '../../src/errors.ts';
import { errorDocument } from '../../src/output/error-document.ts';

describe('the exit codes', () => {
  test('match the contract', () => {
    expect(EXIT_CODES).toEqual({
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
    });
  });

  test('the retryable codes match the contract', () => {
    const codes: ErrorCode[] = [
      'FAILED',
      'USAGE',
      'CONFIG',
      'NOT_FOUND',
      'AUTH',
      'JOB_FAILED',
      'UNAVAILABLE',
    ];
    codes.push(
      'BAD_RESPONSE',
      'NOT_READY',
      'DISK',
      'INTEGRITY',
      'BUSY',
      'UNSAFE',
      'EXISTS',
      'AMBIGUOUS',
      'INTERNAL',
    );
    const repeatable = [...codes, 'INTERRUPTED' as const].filter(
      (code) => new ExpectedError(code, 'x').retryable,
    );
    expect(repeatable).toEqual(['UNAVAILABLE', 'NOT_READY', 'INTEGRITY', 'BUSY', 'INTERRUPTED']);
  });
});

test('an error document has all keys', () => {
  expect(errorDocument(new ExpectedError('BUSY', 'taken'))).toEqual({
    code: 'BUSY',
    exitCode: 11,
    message: 'taken',
    hint: null,
    id: null,
    httpStatus: null,
    requestId: null,
    retryable: true,
    next: [],
  });
});

test('an error document has the known details and a message of limited length', () => {
  const details = { hint: 'h', id: 'i', httpStatus: 404, requestId: 'r', next: ['n'], repeatable: true };
  expect(errorDocument(new ExpectedError('NOT_FOUND', 'x', details))).toEqual({
    code: 'NOT_FOUND',
    exitCode: 3,
    message: 'x',
    hint: 'h',
    id: 'i',
    httpStatus: 404,
    requestId: 'r',
    retryable: true,
    next: ['n'],
  });
  const long = errorDocument(new ExpectedError('FAILED', 'x'.repeat(100_000)))['message'] as string;
  expect(long.length).toBeLessThan(10_000);
});
