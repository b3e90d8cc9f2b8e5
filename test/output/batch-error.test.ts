import { describe, expect, test } from 'vitest';
import { type ErrorCode, ExpectedError } from '../../src/errors.ts';
import { batchError, failureText } from '../../src/output/batch-error.ts';

test.each([
  ['connection reset', 'connection reset (package dl-1)'],
  ['no package with ID dl-1', 'no package with ID dl-1'],
])('of one of several targets is told: %s', (message, expected) => {
  expect(failureText({ id: 'dl-1', error: new ExpectedError('UNAVAILABLE', message) })).toBe(expected);
});

describe('batchError', () => {
  const failure = (id: string, code: ErrorCode, details = {}) => ({
    id,
    error: new ExpectedError(code, `${id} failed`, details),
  });
  const document = { results: [] };

  test('one target: its own error', () => {
    const error = batchError([failure('a', 'AUTH', { hint: 'sign in' })], 1, document);
    expect(error).toMatchObject({
      code: 'AUTH',
      message: 'a failed',
      details: { id: 'a', hint: 'sign in', document },
    });
  });

  test('all agree: the common code with what they have in common', () => {
    const details = { hint: 'sign in', httpStatus: 401 };
    const error = batchError([failure('a', 'AUTH', details), failure('b', 'AUTH', details)], 3, document);
    expect(error).toMatchObject({ code: 'AUTH', exitCode: 4, message: '2 of 3 packages failed', details });
  });

  test('they differ: FAILED, with every command that goes on', () => {
    const error = batchError(
      [failure('a', 'AUTH', { next: ['x'] }), failure('b', 'DISK', { hint: 'h', next: ['y'] })],
      2,
      document,
    );
    expect(error).toMatchObject({ code: 'FAILED', exitCode: 1, details: { next: ['x', 'y'], document } });
    expect(error.details.hint).toBeUndefined();
  });

  test('a signal keeps its own exit code', () => {
    const stopped = failure('a', 'INTERRUPTED', { exitCode: 143, savedBytes: 1024 });
    const error = batchError([stopped, { ...stopped, id: 'b' }], 3, document);
    expect(error).toMatchObject({
      exitCode: 143,
      message: 'Interrupted. 2 of 3 packages are incomplete; 2 KiB saved.',
    });
  });
});
