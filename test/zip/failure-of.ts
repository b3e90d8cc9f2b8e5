import { type ExpectedError, isExpectedError } from '../../src/errors.ts';

/** The ExpectedError that `promise` must reject with; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<ExpectedError> {
  try {
    await promise;
  } catch (error) {
    if (isExpectedError(error)) return error;
    throw error;
  }
  throw new Error('expected the promise to reject');
}
