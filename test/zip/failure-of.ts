import { type ExpectedError, isExpectedError } from '../../src/errors.ts';

/** The error that `promise` must end with; anything else than an ExpectedError fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<ExpectedError> {
  try {
    await promise;
  } catch (error) {
    if (isExpectedError(error)) return error;
    throw error;
  }
  throw new Error('it should have failed');
}
