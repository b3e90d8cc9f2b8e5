import { expect, test } from 'vitest';
import { ExpectedError, isExpectedError } from '../src/errors.ts';

test('with() adds details and keeps the stack, cause, and other details', () => {
  const cause = new Error('deep');
  const error = new ExpectedError('DISK', 'full', { cause, hint: 'free up space', id: 'a' });
  const more = error.with({ id: 'b', transient: true });
  expect(more).toMatchObject({
    name: 'ExpectedError',
    code: 'DISK',
    message: 'full',
    cause,
    details: { cause, hint: 'free up space', id: 'b', transient: true },
    stack: error.stack,
  });
  expect(error.details.id).toBe('a');
});

test('has no cause property without a cause', () => {
  expect(Object.hasOwn(new ExpectedError('USAGE', 'x'), 'cause')).toBe(false);
});

test('details take precedence over the defaults of the code', () => {
  const plain = new ExpectedError('BUSY', 'x');
  expect([plain.exitCode, plain.retryable]).toEqual([11, true]);
  const special = plain.with({ exitCode: 143, repeatable: false });
  expect([special.exitCode, special.retryable]).toEqual([143, false]);
  expect(new ExpectedError('DISK', 'x', { repeatable: true }).retryable).toBe(true);
});

test('isExpectedError checks the class and the code', () => {
  const error = new ExpectedError('DISK', 'x');
  expect(isExpectedError(error)).toBe(true);
  expect(isExpectedError(error, 'DISK')).toBe(true);
  expect(isExpectedError(error, 'BUSY')).toBe(false);
  expect(isExpectedError(Object.assign(new Error('x'), { code: 'DISK' }), 'DISK')).toBe(false);
  expect(isExpectedError(null)).toBe(false);
});
