import { describe, expect, test } from 'vitest';
import { type ErrorCode, ExpectedError } from '../../src/errors.ts';
import { batchError, failureText } from '../../src/output/batch-error.ts';

test.each([
  ['connection reset', 'connection reset (package dl-1)'],
  ['no package with ID dl-1', 'no package with ID dl-1'],
])('failureText adds the target unless the message names it: %s', (message, expected) => {
  expect(failureText({ id: 'dl-1', error: new ExpectedError('UNAVAILABLE', message) })).toBe(expected);
});

describe('batchError', () => {
  const failure = (id: string, code: ErrorCode, details = {}) => ({
    id,
    error: new ExpectedError(code, `${id} failed`, details),
  });
  const document = { results: [] };

  test('returns the error of a single target', () => {
    const error = batchError([failure('a', 'AUTH', { hint: 'sign in' })], 1, document);
    expect(error).toMatchObject({
      code: 'AUTH',
      message: 'a failed',
      details: { id: 'a', hint: 'sign in', document },
    });
  });

  test('uses the code and details that all failures share', () => {
    const details = { hint: 'sign in', httpStatus: 401 };
    const error = batchError([failure('a', 'AUTH', details), failure('b', 'AUTH', details)], 3, document);
    expect(error).toMatchObject({ code: 'AUTH', exitCode: 4, message: '2 of 3 packages failed', details });
  });

  test('uses FAILED for different codes, with all next commands', () => {
    const error = batchError(
      [failure('a', 'AUTH', { next: ['x'] }), failure('b', 'DISK', { hint: 'h', next: ['y'] })],
      2,
      document,
    );
    expect(error).toMatchObject({ code: 'FAILED', exitCode: 1, details: { next: ['x', 'y'], document } });
    expect(error.details.hint).toBeUndefined();
  });

  test('keeps the exit code of a signal', () => {
    const stopped = failure('a', 'INTERRUPTED', { exitCode: 143, savedBytes: 1024 });
    const error = batchError([stopped, { ...stopped, id: 'b' }], 3, document);
    expect(error).toMatchObject({
      exitCode: 143,
      message: 'Interrupted. 2 of 3 packages are incomplete; 2 KiB saved.',
    });
  });

  test('hints at rerunning after an interruption and reports the saved bytes', () => {
    const stopped = (id: string, savedBytes?: number) =>
      failure(id, 'INTERRUPTED', { savedBytes, hint: 'own' });
    const error = batchError([stopped('a'), stopped('b', 1024), stopped('c', 1024)], 4, document);
    expect(error).toMatchObject({
      code: 'INTERRUPTED',
      exitCode: 130,
      message: 'Interrupted. 3 of 4 packages are incomplete; 2 KiB saved.',
      details: { hint: 'rerun the command to continue', rerunContinues: true },
    });
    expect(batchError([stopped('a'), stopped('b')], 2, document).message).toBe(
      'Interrupted. 2 of 2 packages are incomplete.',
    );
  });

  test('uses the code but not the message of one failure among several targets', () => {
    const error = batchError([failure('a', 'AUTH', { httpStatus: 401 })], 2, document, 'media item');
    expect(error).toMatchObject({
      code: 'AUTH',
      message: '1 of 2 media items failed',
      details: { rerunContinues: false, httpStatus: 401, next: [], document },
    });
  });

  test('omits details that differ', () => {
    const error = batchError(
      [failure('a', 'AUTH', { httpStatus: 401, exitCode: 40 }), failure('b', 'AUTH', { httpStatus: 403 })],
      2,
      document,
    );
    expect(error.details.httpStatus).toBeUndefined();
    expect(error.exitCode).toBe(40);
    expect(
      batchError([failure('a', 'AUTH', { exitCode: 40 }), failure('b', 'DISK')], 2, document).exitCode,
    ).toBe(1);
  });

  test('throws without a failure', () => {
    expect(() => batchError([], 1, document)).toThrow(RangeError);
  });
});

test('failureText names the kind of target', () => {
  const error = new ExpectedError('UNAVAILABLE', 'connection reset');
  expect(failureText({ id: 'm1', error }, 'media item')).toBe('connection reset (media item m1)');
});
