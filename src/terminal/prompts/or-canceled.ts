import { ExpectedError, isExpectedError } from '../../errors.ts';

/**
 * Asks, and reports a canceled prompt with `message`. A signal keeps its own message.
 * @throws ExpectedError INTERRUPTED if the user cancels, and what `ask` throws
 */
export async function orCanceled<Answer>(
  message: string,
  signal: AbortSignal,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!isExpectedError(error, 'INTERRUPTED') || signal.aborted) throw error;
    throw new ExpectedError('INTERRUPTED', message, { cause: error });
  }
}
