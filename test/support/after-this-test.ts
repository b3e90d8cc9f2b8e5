import { onTestFinished } from 'vitest';

/** Runs a callback when the current test ends. Outside a test, does nothing: the caller cleans up. */
export function afterThisTest(callback: () => Promise<void>): void {
  try {
    onTestFinished(callback);
  } catch (error) {
    const isOutsideTest = error instanceof Error && /onTestFinished|current test/i.test(error.message);
    if (!isOutsideTest) throw error;
  }
}
