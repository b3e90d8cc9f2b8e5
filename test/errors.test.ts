import { expect, test } from 'vitest';
import { ExpectedError, isExpectedError } from '../src/errors.ts';

test('an error keeps its stack, its cause, and all that was said before, when more is said about it', () => {
  const cause = new Error('deep');
  const error = new ExpectedError('DISK', 'full', { cause, hint: 'make room', id: 'a' });
  const more = error.with({ id: 'b', transient: true });
  expect(more).toMatchObject({
    name: 'ExpectedError',
    code: 'DISK',
    message: 'full',
    cause,
    details: { cause, hint: 'make room', id: 'b', transient: true },
    stack: error.stack,
  });
  expect(error.details.id).toBe('a');
});

test('without a cause it has none, not even an undefined one', () => {
  expect(Object.hasOwn(new ExpectedError('USAGE', 'x'), 'cause')).toBe(false);
});

test('details win over what the code says', () => {
  const plain = new ExpectedError('BUSY', 'x');
  expect([plain.exitCode, plain.retryable]).toEqual([11, true]);
  const special = plain.with({ exitCode: 143, repeatable: false });
  expect([special.exitCode, special.retryable]).toEqual([143, false]);
  expect(new ExpectedError('DISK', 'x', { repeatable: true }).retryable).toBe(true);
});

test('errors are told apart by their code', () => {
  const error = new ExpectedError('DISK', 'x');
  expect(isExpectedError(error)).toBe(true);
  expect(isExpectedError(error, 'DISK')).toBe(true);
  expect(isExpectedError(error, 'BUSY')).toBe(false);
  expect(isExpectedError(Object.assign(new Error('x'), { code: 'DISK' }), 'DISK')).toBe(false);
  expect(isExpectedError(null)).toBe(false);
});
