import { onTestFinished } from 'vitest';

/** Runs something when the current test ends. Outside a test nothing happens: the caller cleans up by itself. */
export function afterThisTest(callback: () => Promise<void>): void {
  try {
    onTestFinished(callback);
  } catch (error) {
    const isOutsideTest = error instanceof Error && /onTestFinished|current test/i.test(error.message);
    if (!isOutsideTest) throw error;
  }
}
